export interface Page<T> {
  readonly items: readonly T[] | undefined;
  /** The token of the next page; undefined (or empty) on the last one. */
  readonly next: string | undefined;
}

/** A listing that does not end is a bug of ours or of AWS; either way it must not eat the invocation. */
export class TooManyPagesError extends Error {
  override readonly name = 'TooManyPagesError';
  constructor(what: string, maxPages: number) {
    super(
      `${what} has more than ${maxPages} pages; narrow the request, or raise the bound where it is called`,
    );
  }
}

/**
 * All items of a paged listing.
 * @param what names the listing in the error, e.g. `ECS ListTasks of cluster prod`
 * @throws TooManyPagesError rather than to return a part as if it were the whole
 */
export async function collectPages<T>(
  what: string,
  fetch: (token: string | undefined) => Promise<Page<T>>,
  maxPages = 200,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { items, next } = await fetch(token);
    // Not push(...items): a page of many thousand arguments overflows the stack.
    for (const item of items ?? []) all.push(item);
    if (!next) return all;
    token = next;
  }
  throw new TooManyPagesError(what, maxPages);
}
