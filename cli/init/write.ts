import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { compileText } from '../policy-file.ts';
import { capacityOf } from './capacity.ts';
import { drainingOf } from './draining.ts';
import { failoverOf } from './failover.ts';
import { counts, textOf } from './lines.ts';
import { retaggingOf } from './retagging.ts';
import { scalingOf } from './scaling.ts';
import type { AccountSnapshot } from './snapshot.ts';
import { trim } from './trim.ts';

/** A policy file to start from. */
export interface Draft {
  readonly text: string;
  /** What it comes to; null where there is nothing that Stevedore could take on, so that it is all comments. */
  readonly policy: CompiledPolicy | null;
  /** What would have been too much, or was refused, as `failover: prod/web`. */
  readonly leftOut: readonly string[];
}

/** Pure. Throws `BadInput` if the file does not pass the loader, which is a bug of ours. */
export function draftOf(account: AccountSnapshot): Draft {
  const others = [drainingOf, scalingOf, failoverOf, retaggingOf].map((of) => trim(of(account)));
  // What capacity lets go is drained, so that it refers to draining.
  const draining = others.flatMap(({ section }) =>
    section.capability === 'draining' && section.line !== null ? section.line : [],
  );
  const fitted = [...others, trim(capacityOf(account), draining)];
  const lines = fitted.flatMap(({ section }) => section.line ?? []);
  const blocks = lines.map((line) => textOf([line]));
  const text = [heading(account), ...blocks].join('\n');
  const policy = lines.some(counts) ? compileText(text, 'stevedore.yml') : null;
  return { text, policy, leftOut: fitted.flatMap((one) => one.leftOut) };
}

function heading({ region, clusters }: AccountSnapshot): string {
  const names = clusters.map(({ snapshot }) => snapshot.cluster);
  const which = names.length === 1 ? `cluster ${names[0]}` : `${names.length} clusters`;
  return `# yaml-language-server: $schema=./stevedore.schema.json
#
# Written by stevedore init from what is in ${region} (${which}). Everything is in mode observe: once it is
# deployed, Stevedore decides and journals what it would do, and changes nothing.
# What is left out has its reason in a comment. A line that begins with # and no space can be uncommented.
# Every key and its default: docs/policy.md. To check it: npx stevedore validate
version: 1
`;
}
