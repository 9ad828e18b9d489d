/** Who may make a call. app.ts names one of these for every method, so that the whole policy can be read there. */
import type { HandlerContext } from '@connectrpc/connect';
import type { CloudContext } from '../context.ts';
import { findSession, type Session } from '../devices/sessions.ts';
import { findTicket, type Ticket } from '../devices/tickets.ts';
import { type Call, callKey } from './call.ts';

export const callOf = (context: HandlerContext): Call => {
  const call = context.values.get(callKey);
  if (call === undefined) throw new Error('a call without its context');
  return call;
};

export const createGuards = (ctx: CloudContext) => ({
  /** Without a token. */
  anyone:
    <Request, Response>(handler: (request: Request, call: Call) => Response) =>
    (request: Request, context: HandlerContext): Response =>
      handler(request, callOf(context)),

  /** With the ticket of a sign-in or a recovery. */
  ticket:
    <Request, Response>(handler: (ticket: Ticket, request: Request) => Response) =>
    (request: Request, context: HandlerContext): Response =>
      handler(findTicket(ctx, callOf(context).bearer), request),

  /** With a device's session. */
  session:
    <Request, Response>(handler: (session: Session, request: Request, call: Call) => Response) =>
    (request: Request, context: HandlerContext): Response => {
      const call = callOf(context);
      return handler(findSession(ctx, call.bearer), request, call);
    },
});
