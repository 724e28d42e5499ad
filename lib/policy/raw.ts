import type * as z from 'zod';

// The file as it was written, which the checks of relations look at.

/** Something that is wrong at a path of the file. `found` is left out where the value itself says it. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly at: 'key' | 'value';
  readonly expected: string;
  readonly found?: string;
}

/** The value as the schema reads it; undefined when it is wrong in itself, which the schema reports. */
export function parsed<Of extends z.ZodType>(schema: Of, value: unknown): z.output<Of> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}

/** The value of a key; undefined where there is no map or no such key. */
export function valueIn(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null ? (map as Record<string, unknown>)[key] : undefined;
}

/** The map of a key; an empty one for anything else. */
export function mapIn(map: unknown, key: string): object {
  const value = valueIn(map, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
