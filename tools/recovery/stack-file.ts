/** What a restore leaves in the stack file and in the engine's state, so that the next `up` finds what it expects. */
import { readFileSync, writeFileSync } from "node:fs";
import { isMap, parseDocument, visit } from "yaml";
import type { Origin } from "../../config";
import { NAMESPACE } from "../../config/source";
import { Failure } from "../../toolchain/lib/failure";

/** The stack file's text with the name of the live database in it; all else, comments too, as it was. */
export function withRestored(text: string, name: string, { from, to, backup, of }: Origin): string {
  const document = parseDocument(text);
  const at = ["config", `${NAMESPACE}:postgres`];
  if (!isMap(document.getIn(at))) {
    throw new Failure("the stack file has no slipway:postgres that is a map", {
      next: `write slipway:postgres: {restored: {name: ${name}, from: ${from}, to: ${to}}} yourself`,
    });
  }
  const said = {
    ...{ name, from, to },
    ...(backup === undefined ? {} : { backup }),
    ...(of === undefined ? {} : { of }),
  };
  const node = document.createNode(said, { flow: true });
  // The engine's own reader of YAML would take a moment for a date, and write it otherwise.
  visit(node, {
    Scalar: (key, scalar) => {
      if (key === "value") scalar.type = "QUOTE_DOUBLE";
    },
  });
  document.setIn([...at, "restored"], node);
  return document.toString({ lineWidth: 0 });
}

export function writeRestored(file: string, name: string, origin: Origin): void {
  writeFileSync(file, withRestored(readFileSync(file, "utf8"), name, origin));
}

interface Resource {
  urn: string;
  type: string;
  outputs?: Record<string, unknown>;
  inputs?: Record<string, unknown> & {
    metadata?: { name?: string; namespace?: string };
    spec?: Record<string, unknown>;
    apiVersion?: string;
    kind?: string;
  };
  dependencies?: string[];
  propertyDependencies?: Record<string, string[]>;
}
export interface State {
  deployment?: { resources?: Resource[] };
}

const ONES = ["kubernetes:postgresql.cnpg.io/v1:Cluster", "kubernetes:postgresql.cnpg.io/v1:Database"];

/** The engine's own words for a database. */
export const clusterIn = ({ deployment }: State, namespace: string, name: string): Resource["inputs"] =>
  deployment?.resources?.find(
    ({ type, inputs }) =>
      type === ONES[0] && inputs?.metadata?.name === name && inputs.metadata.namespace === namespace,
  )?.inputs;

/**
 * The state without a database that is kept: the engine forgets it and does not delete it. What depended on it depends
 * on its successor after the next run, under the same URN.
 */
export function forgetting<T extends State>(state: T, namespace: string, name: string): T {
  const all = state.deployment?.resources ?? [];
  const gone = new Set(
    all
      .filter(
        ({ type, inputs }) =>
          ONES.includes(type) && inputs?.metadata?.name === name && inputs.metadata.namespace === namespace,
      )
      .map(({ urn }) => urn),
  );
  const stays = (urn: string) => !gone.has(urn);
  const resources = all
    .filter(({ urn }) => stays(urn))
    .map((one) => ({
      ...one,
      ...(one.dependencies === undefined ? {} : { dependencies: one.dependencies.filter(stays) }),
      ...(one.propertyDependencies === undefined
        ? {}
        : {
            propertyDependencies: Object.fromEntries(
              Object.entries(one.propertyDependencies).map(([key, urns]) => [key, urns.filter(stays)]),
            ),
          }),
    }));
  return { ...state, deployment: { ...state.deployment, resources } };
}
