import { badRequest } from '../errors.ts';
import { Parameters } from '../parameters.ts';
import type { DeskReply, DeskRequest, RequestDesk } from '../request-desk.ts';
import { refused, type SocketMethods } from '../socket-api.ts';
import type { Line } from './line.ts';
import type { UserStreams } from './user-streams.ts';

/** Weight of a connection and of a subscription. */
export const CONNECT_WEIGHT = 2;

/** How a spot account's events are asked for and given up, on the connection of its requests. */
export function userSubscriptions(desk: RequestDesk, users: UserStreams): SocketMethods {
  const subscribe = (line: Line, request: DeskRequest): DeskReply => {
    const limited = desk.charge(request.address, CONNECT_WEIGHT);
    if (limited !== null) return limited;
    const parameters = new Parameters(request.entries);
    const account = desk.accountOf({ right: 'read' }, request, parameters);
    if (typeof account !== 'string') return refused(account, null);
    const { fault } = parameters;
    if (fault !== null) return refused(fault, account);
    const subscriptionId = users.add(line, account);
    const tooMany = badRequest(-1191, 'Too many subscriptions.');
    if (subscriptionId < 0) return refused(tooMany, account);
    return { status: 200, outcome: { ok: true, value: { subscriptionId } }, account, retryAtMs: 0 };
  };
  const unsubscribe = (line: Line, request: DeskRequest): DeskReply => {
    const limited = desk.charge(request.address, CONNECT_WEIGHT);
    if (limited !== null) return limited;
    const parameters = new Parameters(request.entries);
    const subscriptionId = parameters.integer('subscriptionId');
    const { fault } = parameters;
    if (fault !== null) return refused(fault, null);
    users.remove(line, subscriptionId);
    return { status: 200, outcome: { ok: true, value: {} }, account: null, retryAtMs: 0 };
  };
  return {
    'userDataStream.subscribe.signature': subscribe,
    'userDataStream.unsubscribe': unsubscribe,
  };
}
