/** What two devices hold, message by message, asked of their local API. */
import { connectDevice, type DeviceClient } from '../../build/device-client.ts';

export type Held = { id: string; at: number; sender: string; text: string };

/** Every message of a conversation, oldest first. */
export async function allMessages(client: DeviceClient, conversationId: string): Promise<Held[]> {
  const held: Held[] = [];
  let anchor: { at: number; id: string } | null = null;
  for (;;) {
    const page: Awaited<ReturnType<DeviceClient['messages']['page']['query']>> =
      await client.messages.page.query({
        conversationId,
        anchor,
        direction: 'older',
        limit: 500,
      });
    held.unshift(
      ...page.messages.map((one) => ({ id: one.id, at: one.at, sender: one.sender.id, text: one.text })),
    );
    const oldest = page.messages[0];
    if (!page.hasOlder || oldest === undefined) return held;
    anchor = { at: oldest.at, id: oldest.id };
  }
}

/** Connected anew each time: a device that was restarted has a new token. */
export async function everythingOn(address: string): Promise<Map<string, Held[]>> {
  const client = await connectDevice(address);
  const all = new Map<string, Held[]>();
  for (const one of await client.conversations.list.query())
    all.set(one.id, await allMessages(client, one.id));
  return all;
}
