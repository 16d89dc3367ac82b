import type { Action } from '../../control/authorisation.ts';
import type { RequestableMode } from '../../control/modes.ts';
import type { PendingRequest, ToSign } from '../../ops/access/mode-approvals.ts';
import type { Identity, RunResult } from '../../remote/server.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import type { Desk } from '../desk.ts';
import { table } from '../terminal.ts';
import type { SignOutcome } from './access-port.ts';

const TARGETS: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];

const request: DaemonCommand = {
  name: 'mode request',
  usage: 'manual|semi-auto|full-auto REASON…',
  summary: 'ask for a mode that a risk-officer with another key has to approve within 10 min',
  examples: ['mode request full-auto the new limits are in force'],
  action: () => 'raise-mode',
  async run(desk, [target, ...reason], who) {
    if (!TARGETS.includes(target as RequestableMode)) {
      return failed(EXIT.usage, `mode request: found ${target}, wanted ${TARGETS.join(', ')}`);
    }
    if (desk.mode().mode === 'emergency' && target !== 'manual') {
      return failed(EXIT.refused, 'mode request: emergency is left for manual; ask for that');
    }
    const asked = desk.access.request(target as RequestableMode, reason.join(' '), who.user);
    return asked.ok ? done(asked.value) : failed(EXIT.refused, `mode request: ${asked.error}`);
  },
  show: showToSign,
  complete: () => [...TARGETS],
};

const approve: DaemonCommand = {
  name: 'mode approve',
  usage: 'ID',
  summary: 'sign what somebody else has asked for; it is then carried out',
  examples: ['mode approve 1'],
  action: () => 'raise-mode',
  async run(desk, [id], who) {
    if (id === undefined) return failed(EXIT.usage, 'mode approve: wanted the id of a request');
    const statement = desk.access.approve(id, who.user);
    return statement.ok
      ? done(statement.value)
      : refusal(desk, who, `mode approve ${id}`, statement.error);
  },
  show: showToSign,
};

const sign: DaemonCommand = {
  name: 'mode sign',
  usage: 'ID SIGNATURE',
  summary: 'hand in a signature over a statement; the shell does it for request and approve',
  examples: ['mode sign 1 cRw2…Ag=='],
  action: () => 'raise-mode',
  async run(desk, [id, signature], who) {
    if (id === undefined || signature === undefined) {
      return failed(EXIT.usage, 'mode sign: wanted the id of a request and a signature');
    }
    const outcome = await desk.access.sign(id, signature, who.user);
    return outcome.ok ? done(outcome.value) : refusal(desk, who, `mode sign ${id}`, outcome.error);
  },
  show: (data) => showSigned(data as SignOutcome),
};

const requests: DaemonCommand = {
  name: 'mode requests',
  usage: '',
  summary: 'requests that wait for a second signature',
  examples: ['mode requests'],
  action: (): Action => 'inspect',
  run: async (desk) => done(desk.access.pending()),
  show: (data) =>
    table(
      ['id', 'mode', 'asked by', 'journal head', 'seconds left', 'reason'],
      (data as readonly PendingRequest[]).map((each) => [
        each.id,
        each.mode,
        each.requestedBy,
        each.head,
        each.secondsLeft,
        each.reason,
      ]),
    ),
};

/** Two people and one mode. */
export const APPROVAL_COMMANDS: readonly DaemonCommand[] = [request, approve, sign, requests];

/** A signature that does not count is as much worth a record as a command that is refused. */
function refusal(desk: Desk, who: Identity, command: string, reason: string): RunResult {
  desk.access.recordRefusal(who, command, reason);
  return failed(EXIT.refused, `${command}: ${reason}`);
}

function showToSign(data: unknown): string {
  return (data as ToSign).statement;
}

function showSigned(outcome: SignOutcome): string {
  if (outcome.kind === 'mode-requested') {
    const { id } = outcome;
    return `request ${id} stands for 10 min; a risk-officer says: mode approve ${id}`;
  }
  const { requestedBy, approvedBy, control } = outcome;
  return `${requestedBy} asked, ${approvedBy} approved: the mode is ${control.mode}`;
}
