import { ApiError } from './kernel.ts';

/**
 * One page of `items`, which are in order of their `order`. The token is the order of the last item seen, not an
 * offset, so that removals between two pages cannot hide an item, as with AWS.
 */
export function page<Item extends { readonly order: number }>(
  items: Iterable<Item>,
  token: string | undefined,
  size: number,
): { readonly items: Item[]; readonly nextToken?: string } {
  const after = token === undefined || token === '' ? -1 : Number(atob(token));
  if (Number.isNaN(after)) throw new ApiError('InvalidParameterException', 'Invalid token');
  const found: Item[] = [];
  for (const item of items) {
    if (item.order <= after) continue;
    if (found.length === size) {
      return { items: found, nextToken: btoa(String(found[found.length - 1]?.order)) };
    }
    found.push(item);
  }
  return { items: found };
}
