/**
 * Who may make a call. app.ts names one of these for every method, so that the whole policy can be read there. The token is looked at
 * before the body is read (`admit`), so that nobody else's is, and again with the call: it may have ended in between.
 */
import type { CloudContext } from '../context.ts';
import { checkSession, findSession, type Session } from '../devices/sessions.ts';
import { findTicket, type Ticket } from '../devices/tickets.ts';
import type { Gather } from '../storage/gather.ts';
import type { Call } from './call.ts';
import type { Guarded } from './services.ts';

const guarded = <Handler>(admit: (call: Call) => void, handler: Handler): Handler & Guarded =>
  Object.assign(handler as Handler & object, { admit });

export const createGuards = (ctx: CloudContext, gather: Gather) => ({
  /** Without a token. */
  anyone:
    <Request, Response>(handler: (request: Request, call: Call) => Response) =>
    (request: Request, call: Call): Response =>
      handler(request, call),

  /** With the ticket of a sign-in or a recovery. */
  ticket: <Request, Response>(handler: (ticket: Ticket, request: Request) => Response) =>
    guarded(
      (call) => findTicket(ctx, call.bearer),
      (request: Request, call: Call): Response => handler(findTicket(ctx, call.bearer), request),
    ),

  /** With a device's session. `news`: of streams, to be called when there is something to take. */
  session: <Request, Response>(handler: (session: Session, request: Request, news: () => void) => Response) =>
    guarded(
      (call) => checkSession(ctx, call.bearer),
      (request: Request, call: Call, news: () => void = () => {}): Response =>
        handler(findSession(ctx, call.bearer), request, news),
    ),

  /** The same, for what writes a little and often: with others that come at the same time. [Note: calls that share a commit] */
  together: <Request, Response>(handler: (session: Session, request: Request) => Response) =>
    guarded(
      (call) => checkSession(ctx, call.bearer),
      (request: Request, call: Call): Promise<Response> =>
        gather(() => handler(findSession(ctx, call.bearer), request)),
    ),
});
