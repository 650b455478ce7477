/** All views of a product by name, each with its title. One without anything to show is not there. */
import { business } from "./views/business";
import { infrastructure } from "./views/infrastructure";
import { overview } from "./views/overview";
import { part } from "./views/part";
import { postgres } from "./views/postgres";
import { redis } from "./views/redis";
import type { Panel, View, ViewArgs } from "./views/view";

export interface Shown {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export function views(args: ViewArgs, window: string): Record<string, Shown> {
  const all: readonly (readonly [name: string, title: string, view: View])[] = [
    ["overview", "Overview", overview],
    ["infrastructure", "Infrastructure", infrastructure],
    ["business", "Business", business],
    ["postgres", "Postgres", postgres],
    ["redis", "Redis", redis],
    ...Object.keys(args.parts).map((name) => [`part-${name}`, `Part ${name}`, part(name)] as const),
  ];
  return Object.fromEntries(
    all.flatMap(([name, title, view]) => {
      const panels = view(args, window);
      return panels.length === 0 ? [] : [[name, { panels, title }]];
    }),
  );
}
