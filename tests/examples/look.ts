/** Looks into the graph of a product the way its document asks: what a route does, what a part is given, who is called. */
import type { Graph, Json, Registered } from "../../components/testing";
import type { AlertRule } from "../../components/monitoring/rules/rule";
import type { Routing } from "../../components/monitoring/routing";
import type { MiddlewareSpec } from "../../components/kinds/middleware";
import { type Container, containerOf, podOf } from "../helpers/product";

interface RouteSpec {
  hostnames: string[];
  rules: {
    matches: { method?: string; path: { type: string; value: string } }[];
    filters?: {
      extensionRef?: { name: string };
      requestRedirect?: Json;
      responseHeaderModifier?: { set: { name: string; value: string }[] };
    }[];
    backendRefs?: { name: string }[];
  }[];
}

/** What a request to a place meets on its way. */
export interface Way extends Pick<
  MiddlewareSpec,
  "rateLimit" | "inFlightReq" | "buffering" | "headers" | "compress" | "basicAuth" | "ipAllowList"
> {
  /** The part's Service. */
  readonly to: string | undefined;
  readonly timeout: string | undefined;
  /** `Cache-Control` of what is kept by age, and of files with a hash in their name. */
  readonly cache: readonly string[];
  readonly sticky: boolean;
}

export class Look {
  constructor(readonly graph: Graph) {}

  /** The object of a kind and name. */
  object(kind: string, name: string): Registered {
    const found = this.graph.resources.filter((one) => one.type.endsWith(`:${kind}`) && nameIn(one) === name);
    if (found[0] !== undefined && found.length === 1) return found[0];
    const others = this.graph.resources.filter((one) => one.type.endsWith(`:${kind}`)).map(nameIn);
    throw new Error(`${found.length} ${kind} ${name}; there are ${others.join(", ") || "none"}`);
  }

  spec(kind: string, name: string): Json {
    return this.object(kind, name).inputs.spec as Json;
  }

  has(kind: string, name: string): boolean {
    return this.graph.resources.some((one) => one.type.endsWith(`:${kind}`) && nameIn(one) === name);
  }

  container(part: string): Container {
    return containerOf(this.object("Deployment", part));
  }

  pod(part: string): Record<string, unknown> {
    return podOf(this.object("Deployment", part));
  }

  /** Plain variables of a part. */
  env(part: string): Record<string, string> {
    const plain = this.container(part).env.filter((one) => one.value !== undefined);
    return Object.fromEntries(plain.map(({ name, value }) => [name, value ?? ""]));
  }

  /** Variables of a part that come from Secrets. */
  secretEnv(part: string): string[] {
    return this.container(part)
      .env.filter((one) => one.valueFrom !== undefined)
      .map(({ name }) => name);
  }

  /** What somebody who asks for this path of a route meets; a path is the route's own, as the stack file has it. */
  way(path: string, method = "POST"): Way {
    const found = this.#routes().flatMap(({ spec }) =>
      spec.rules.filter((rule) =>
        rule.matches.some(
          (match) => match.path.value === path && (match.method === undefined || match.method === method),
        ),
      ),
    );
    const named = found.filter((rule) => rule.matches.some((match) => match.method === method));
    const rule = named[0] ?? found[0];
    if (rule === undefined) throw new Error(`no route ${method} ${path}`);
    const specs = (rule.filters ?? []).flatMap(({ extensionRef }) =>
      extensionRef === undefined ? [] : [this.spec("Middleware", extensionRef.name) as MiddlewareSpec],
    );
    const service = this.#service(rule.backendRefs?.[0]?.name);
    return { ...Object.assign({}, ...specs), cache: this.#kept(path), ...service } as Way;
  }

  #service(name: string | undefined): Pick<Way, "to" | "timeout" | "sticky"> {
    if (name === undefined) return { sticky: false, timeout: undefined, to: undefined };
    const [first] = (
      this.spec("TraefikService", name) as {
        weighted: { services: { name: string; serversTransport: string; sticky?: object }[] };
      }
    ).weighted.services;
    const transport = first && this.spec("ServersTransport", first.serversTransport);
    return {
      sticky: first?.sticky !== undefined,
      timeout: (transport?.forwardingTimeouts as { responseHeaderTimeout?: string } | undefined)
        ?.responseHeaderTimeout,
      to: first?.name,
    };
  }

  /** All answers' Cache-Control of the HTTPRoute that has this path. */
  #kept(path: string): string[] {
    const route = this.#routes().find(({ spec }) =>
      spec.rules.some((rule) => rule.matches.some((match) => match.path.value === path)),
    );
    return (route?.spec.rules ?? []).flatMap((rule) =>
      (rule.filters ?? []).flatMap(({ responseHeaderModifier }) =>
        (responseHeaderModifier?.set ?? [])
          .filter(({ name }) => name === "Cache-Control")
          .map(({ value }) => value),
      ),
    );
  }

  /** Every HTTPRoute that is not a redirect. */
  #routes(): { name: string; spec: RouteSpec }[] {
    return this.graph.resources
      .filter((one) => one.type.endsWith(":HTTPRoute") && nameIn(one) !== "ingress-https")
      .map((one): { name: string; spec: RouteSpec } => ({ name: nameIn(one), spec: one.inputs.spec }))
      .filter(({ spec }) => spec.rules.every((rule) => rule.backendRefs !== undefined));
  }

  /** An alert's rules. */
  alerts(name: string): AlertRule[] {
    const groups: { rules: AlertRule[] }[] = this.spec("PrometheusRule", "monitoring").groups;
    return groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert === name);
  }

  /** Who hears of an alert, at once or when it has lasted so long: the kinds of its channels. */
  heardBy(alert: Pick<AlertRule, "alert" | "labels">, after?: string): string[] {
    const { receivers, route } = this.spec("AlertmanagerConfig", "monitoring") as unknown as Routing;
    const heard: string[] = [];
    for (const one of route.routes ?? []) {
      const labels: Record<string, string> = { ...alert.labels, alertname: alert.alert };
      const matches = (one.matchers ?? []).every(({ name, matchType, value }) => {
        const label = labels[name] ?? "";
        return matchType === "=" ? label === value : new RegExp(`^(?:${value})$`).test(label);
      });
      if (!matches || one.groupWait !== after) continue;
      const receiver = receivers.find(({ name }) => name === one.receiver);
      heard.push(...Object.keys(receiver ?? {}).filter((key) => key.endsWith("Configs")));
      if (one.continue !== true) break;
    }
    return heard.map((key) => key.replace(/Configs$/, ""));
  }

  /** Panels of a dashboard, by title: their first query. */
  panels(dashboard: string): Record<string, string> {
    const map = this.graph.resources.find(
      (one) => one.type.endsWith(":ConfigMap") && nameIn(one).endsWith(`dashboard-${dashboard}`),
    );
    const [text] = Object.values((map?.inputs.data ?? {}) as Record<string, string>);
    if (text === undefined) throw new Error(`no dashboard ${dashboard}`);
    const { panels } = JSON.parse(text) as { panels: { title: string; targets: { expr: string }[] }[] };
    return Object.fromEntries(panels.map(({ targets, title }) => [title, targets[0]?.expr ?? ""]));
  }
}

function nameIn(one: Registered): string {
  const of = (tree: Json | undefined) => (tree?.metadata as { name?: string } | undefined)?.name;
  return of(one.inputs) ?? of(one.state) ?? "";
}
