const LONGEST = 64;

/** A name that a policy file takes for each text, all different: letters, digits, hyphens, underscores and dots. */
export function uniqueNames(texts: readonly string[], otherwise: string): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    texts.map((text) => {
      const plain = text.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
      const base = plain === '' ? otherwise : plain.slice(0, LONGEST - 4);
      let own = base;
      for (let count = 2; taken.has(own); count += 1) own = `${base}-${count}`;
      taken.add(own);
      return [text, own];
    }),
  );
}
