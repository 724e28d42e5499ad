import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { chunk } from '../aws/batch.ts';
import type { JournalSink } from './create.ts';
import { publishable } from './facts.ts';

/** Publishes notable decisions on an EventBridge bus: source `stevedore`, detail type `Stevedore Decision`. */
export function createBusSink(client: EventBridgeClient, bus = 'default'): JournalSink {
  return {
    name: 'bus',
    takes: 'notable',
    async write(entries) {
      const refused: string[] = [];
      // PutEvents takes ten, and answers 200 even if it took none of them.
      for (const batch of chunk(entries, 10)) {
        const command = new PutEventsCommand({
          Entries: batch.map((entry) => ({
            EventBusName: bus,
            Source: 'stevedore',
            DetailType: 'Stevedore Decision',
            Time: new Date(entry.at),
            Detail: JSON.stringify(publishable(entry)),
          })),
        });
        const { FailedEntryCount = 0, Entries = [] } = await client.send(command);
        if (FailedEntryCount === 0) continue;
        for (const { ErrorCode, ErrorMessage } of Entries) {
          if (ErrorCode) refused.push(`${ErrorCode}: ${ErrorMessage ?? 'no message'}`);
        }
      }
      if (refused.length > 0) {
        const why = [...new Set(refused)].join('; ');
        throw new Error(
          `the event bus ${bus} refused ${refused.length} of ${entries.length} decisions (${why}); they are in the log and the table`,
        );
      }
    },
  };
}
