/**
 * A comment as a tree of blocks, and how it shrinks: whole blocks give way in the order of their importance, none is ever cut. What
 * went is counted, so that the comment can say so.
 */
export interface Yield {
  /** The lowest goes first. */
  order: number;
  /** What remains of the block's own text; its inner blocks go too when this is nothing. */
  to: string;
  /** What remains of its end; as it was when not given. */
  end?: string;
  /** What the reader loses: one of it, and several. */
  lost: readonly [one: string, many: string];
}

export interface Block {
  text: string;
  inner?: Block[];
  /** Follows the inner blocks. */
  end?: string;
  yields?: Yield[];
  /** Stands before `end` when inner blocks went. */
  rest?: (gone: number) => string;
  /** Stands for the whole block when all inner blocks went. */
  bare?: string;
}

export interface Fitted {
  text: string;
  /** What went, the least important first: `12 properties`. */
  lost: string[];
}

interface Node {
  block: Block;
  inner: Node[];
  parent: Node | undefined;
  text: string;
  end: string;
  gone: boolean;
  /** Its place in the document. */
  place: number;
  /** What it takes, and what its inner blocks take together: kept up to date from below. */
  length: number;
  innerLength: number;
  goneInner: number;
}

export function fit(blocks: Block[], limit: number): Fitted {
  const nodes: Node[] = [];
  const roots = blocks.map((block) => grow(block, undefined, nodes));
  const lost = new Map<string, { of: Yield["lost"]; count: number }>();
  let length = roots.reduce((total, node) => total + node.length, 0);
  const steps = nodes
    .flatMap((node) => (node.block.yields ?? []).map((step) => ({ node, step })))
    .sort((a, b) => a.step.order - b.step.order || b.node.place - a.node.place);
  for (const { node, step } of steps) {
    if (length <= limit) break;
    if (node.gone || isInsideGone(node)) continue;
    length += shrink(node, step);
    const [one] = step.lost;
    lost.set(one, { of: step.lost, count: (lost.get(one)?.count ?? 0) + 1 });
  }
  return {
    text: write(roots),
    lost: [...lost.values()].map(({ of: [one, many], count }) => `${count} ${count === 1 ? one : many}`),
  };
}

function grow(block: Block, parent: Node | undefined, nodes: Node[]): Node {
  const node: Node = {
    ...{ block, parent, inner: [], text: block.text, end: block.end ?? "", gone: false, place: nodes.length },
    ...{ length: 0, innerLength: 0, goneInner: 0 },
  };
  nodes.push(node);
  node.inner = (block.inner ?? []).map((one) => grow(one, node, nodes));
  node.innerLength = node.inner.reduce((total, one) => total + one.length, 0);
  node.length = lengthOf(node);
  return node;
}

/** Takes the step; what the whole document gains by it (less than nothing, mostly). */
function shrink(node: Node, step: Yield): number {
  node.text = step.to;
  node.end = step.end ?? node.end;
  node.gone = step.to === "";
  if (node.gone && node.parent !== undefined) node.parent.goneInner++;
  let difference = 0;
  for (let current: Node | undefined = node; current !== undefined; current = current.parent) {
    current.innerLength += difference;
    difference = lengthOf(current) - current.length;
    current.length += difference;
  }
  return difference;
}

function isInsideGone(node: Node): boolean {
  for (let above = node.parent; above !== undefined; above = above.parent) if (above.gone) return true;
  return false;
}

/** The line a block says about its lost inner blocks. */
const restOf = ({ block, goneInner }: Node) => (goneInner === 0 ? "" : (block.rest?.(goneInner) ?? ""));

const isBare = ({ block, inner, goneInner }: Node) =>
  block.bare !== undefined && inner.length > 0 && goneInner === inner.length;

function lengthOf(node: Node): number {
  if (node.gone) return 0;
  if (isBare(node)) return node.block.bare?.length ?? 0;
  return node.text.length + node.innerLength + restOf(node).length + node.end.length;
}

function write(nodes: Node[]): string {
  return nodes
    .filter((node) => !node.gone)
    .map((node) => (isBare(node) ? node.block.bare : node.text + write(node.inner) + restOf(node) + node.end))
    .join("");
}
