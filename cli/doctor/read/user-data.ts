import type { NamedCluster } from '../snapshot.ts';

// How each family of images is told its cluster: the agent's own configuration, Bottlerocket's TOML, PowerShell.
const PLACES = [
  /^[^#\n]*?\bECS_CLUSTER\s*=\s*["']?([^\s"'|;>&]*)/gm,
  /^\s*\[settings\.ecs\][^[]*?^\s*cluster\s*=\s*["']([^"']*)["']/gm,
  /^[^#\n]*?\bInitialize-ECSAgent\b[^\n]*?-Cluster[:\s]+["']?([^\s"'`]+)/gim,
];
const LITERAL = /^[A-Za-z0-9_-]+$/;
/** gzip, which cloud-init unpacks. */
const isPacked = (bytes: Buffer) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The cluster in an instance's user data. Nothing else of it is kept: there may be secrets in it. */
export function clusterIn(base64: string | undefined): NamedCluster {
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (isPacked(bytes)) return { kind: 'not-judged' };
  const text = bytes.toString('utf8');
  const found = PLACES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name = '']) => name));
  // Later lines of ecs.config overrule earlier ones.
  const cluster = found.at(-1);
  if (cluster !== undefined)
    return LITERAL.test(cluster) ? { kind: 'named', cluster } : { kind: 'not-judged' };
  // A script or a part from elsewhere may write the file.
  const isOfOthers = /\becs\.config\b|\bcurl\b|\bwget\b|\baws s3\b|#include/.test(text);
  return { kind: isOfOthers ? 'not-judged' : 'unnamed' };
}
