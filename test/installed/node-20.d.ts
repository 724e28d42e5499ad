// What cli/pack/node-20.ts adds to the library of Node 20, and nothing else.
interface MapConstructor {
  groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key): Map<Key, Item[]>;
}

interface PromiseConstructor {
  withResolvers<Value>(): {
    promise: Promise<Value>;
    resolve: (value: Value | PromiseLike<Value>) => void;
    reject: (reason?: unknown) => void;
  };
}

interface ReadonlySetLike<Value> {
  keys(): Iterator<Value>;
  has(value: Value): boolean;
  readonly size: number;
}

interface Set<T> {
  intersection<Other>(other: ReadonlySetLike<Other>): Set<T & Other>;
}
