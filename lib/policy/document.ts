import { parseDocument } from 'yaml';

/** How policy files are read. A map as a key means nothing here, and nested ones take exponential time (yaml's toJS). */
export const YAML_OPTIONS = { merge: true, stringKeys: true, prettyErrors: false } as const;

/**
 * What a policy file says, as plain values and without any default: anchors and merges are resolved, comments are lost.
 * Of a text that load.ts has accepted.
 */
export const policyDocument = (text: string): unknown => parseDocument(text, YAML_OPTIONS).toJS();
