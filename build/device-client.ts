/** A device's local API from outside its window: what the demo and the stories use where no one has to look on. */
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from '../electron/api/router.ts';

/** `address`: what the host printed, with its token, which is exchanged for the cookie as a browser does it. */
export async function connectDevice(address: string) {
  const page = await fetch(address);
  const cookies = page.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  if (!page.ok || cookies.length === 0)
    throw new Error(`The device did not take its own token (${page.status}).`);
  const { origin } = new URL(address);
  const headers = { cookie: cookies.join('; '), origin };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${origin}/rpc`, headers })] });
}

export type DeviceClient = Awaited<ReturnType<typeof connectDevice>>;
