import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type parseDocument,
} from 'yaml';

export interface Position {
  readonly line: number;
  readonly column: number;
}

type PolicyDocument = ReturnType<typeof parseDocument>;

/**
 * Where `path` is written in the document: the key or the value of its last part. Where a part is missing, the key
 * of the map that ought to have it. Values that come through an anchor are found where they are written.
 */
export function positionOf(
  document: PolicyDocument,
  lines: LineCounter,
  path: readonly PropertyKey[],
  at: 'key' | 'value',
): Position {
  let node: Node | null = resolved(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isSeq(node)) {
      node = resolved(document, (node.items[Number(part)] ?? null) as Node | null);
      offset = node?.range?.[0] ?? offset;
      continue;
    }
    const pair = entry(document, node, String(part));
    if (pair === undefined) break;
    const key = pair.key as Node;
    const value = pair.value as Node | null;
    const keyOffset = key.range?.[0] ?? offset;
    node = resolved(document, value);
    // A map without its own position in the text would be reported at its first key: its own key says more.
    offset = last && at === 'value' && !isMap(node) ? (value?.range?.[0] ?? keyOffset) : keyOffset;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** The pair of `key` in a map, or in the maps that its `<<` keys merge in. */
function entry(document: PolicyDocument, node: Node | null, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  // Of a key written twice the last one counts, as it does for the value.
  const own = node.items.findLast((pair) => keyText(pair) === key);
  if (own !== undefined) return own;
  for (const pair of node.items.filter((item) => isMergeKey(item))) {
    const merged = resolved(document, pair.value as Node | null);
    const sources = isSeq(merged) ? merged.items.map((item) => resolved(document, item as Node)) : [merged];
    for (const source of sources) {
      const found = entry(document, source, key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const keyText = (pair: Pair) => (isScalar(pair.key) ? String(pair.key.value) : undefined);

/** With merge keys enabled, `yaml` reads `<<` as a symbol of that name. */
const isMergeKey = (pair: Pair) => ['<<', 'Symbol(<<)'].includes(keyText(pair) ?? '');

function resolved(document: PolicyDocument, node: Node | null): Node | null {
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}
