import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { createBusSink } from '../../lib/journal/bus.ts';
import { AT, entry } from './entries.ts';

const setup = () => {
  const client = mockClient(EventBridgeClient);
  client.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  return { client, sink: createBusSink(new EventBridgeClient({}), 'ops') };
};

describe('the bus sink', () => {
  it('publishes a decision as an event', async () => {
    const { client, sink } = setup();
    await sink.write([entry()]);
    const [call] = client.commandCalls(PutEventsCommand);
    const [event] = call?.args[0].input.Entries ?? [];
    expect(event).toMatchObject({
      EventBusName: 'ops',
      Source: 'stevedore',
      DetailType: 'Stevedore Decision',
      Time: new Date(AT),
    });
    expect(JSON.parse(event?.Detail ?? '')).toMatchObject({
      reason: 'drain-started',
      cluster: 'prod',
      subject: 'i-1',
    });
  });

  it('sends ten a call', async () => {
    const { client, sink } = setup();
    await sink.write(Array.from({ length: 23 }, () => entry()));
    const sizes = client.commandCalls(PutEventsCommand).map(({ args }) => args[0].input.Entries?.length);
    expect(sizes).toEqual([10, 10, 3]);
  });

  it('fails, after all calls, with the number and the reasons of the refused events', async () => {
    const { client, sink } = setup();
    const refused = { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'no' };
    client
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 2, Entries: [refused, {}, refused] })
      .resolves({ FailedEntryCount: 0 });
    const write = sink.write(Array.from({ length: 13 }, () => entry()));
    await expect(write).rejects.toThrow(
      /ops refused 2 of 13 decisions \(NotAuthorizedForSourceException: no\)/,
    );
    expect(client.commandCalls(PutEventsCommand)).toHaveLength(2);
  });
});
