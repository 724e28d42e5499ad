// What the sources use of the language, and Node 20 lacks. Built into the package only: a checkout has Node 24.
// `npm run test:package` compiles the sources with the library of Node 20 and these alone, so that none is forgotten.

/** https://tc39.es/ecma262/#sec-map.groupby; Node 21. */
Map.groupBy ??= <Item, Key>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key) => {
  const groups = new Map<Key, Item[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

/** https://tc39.es/ecma262/#sec-promise.withResolvers; Node 22. */
Promise.withResolvers ??= <Value>() => {
  let resolve: (value: Value | PromiseLike<Value>) => void = () => {};
  let reject: (reason?: unknown) => void = () => {};
  const promise = new Promise<Value>((resolves, rejects) => {
    resolve = resolves;
    reject = rejects;
  });
  return { promise, resolve, reject };
};

/** https://tc39.es/ecma262/#sec-set.prototype.intersection, given sets only; Node 22. */
Set.prototype.intersection ??= function <One, Other>(this: Set<One>, other: ReadonlySetLike<Other>) {
  const both = new Set<One & Other>();
  for (const item of this) if (isIn(other, item)) both.add(item);
  return both;
};

function isIn<One, Other>(set: ReadonlySetLike<Other>, item: One): item is One & Other {
  return set.has(item as One & Other);
}

export {};
