/** Accounts made over the wire, with real keys but a light password stretching: for load, where the device itself is not measured. */
import { signUp } from '../../cloud/testing/person.ts';
import { type CloudClient, createCloudClient } from '../../electron/sync/network/cloud-client.ts';

/** `address`: the cloud counts sign-ups by address (started with --trust-proxy). */
export async function newToken(url: string, handle: string, address: string): Promise<string> {
  const over = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set('x-forwarded-for', address);
    return fetch(`${url}${pathname}`, { method: request.method, headers, body: await request.arrayBuffer() });
  };
  const { token } = await signUp({ fetch: over }, handle);
  return token;
}

export async function newSession(url: string, handle: string, address: string): Promise<CloudClient> {
  return createCloudClient({ fetch, url, token: await newToken(url, handle, address) });
}
