import { mayDo, modeAction, reasonFault, rolesFor } from '../control/authorisation.ts';
import type { ControlSummary } from '../control/control-desk.ts';
import type { RequestableMode } from '../control/modes.ts';
import type { RaisedRow } from '../control/severity/severity-faults.ts';
import type { Identity, RunResult } from '../remote/server.ts';
import { ACCESS_COMMANDS } from './access/access-commands.ts';
import { APPROVAL_COMMANDS } from './access/approval-commands.ts';
import { ALERT_COMMANDS } from './alerts/alert-commands.ts';
import { type DaemonCommand, didYouMean, done, EXIT, failed, findCommand } from './command.ts';
import type { MarketRow, OrderRow, PositionRow } from './desk.ts';
import { ACTOR_ACTIONS, type ActorRow, type Desk, type DeskStatus } from './desk.ts';
import { ESTOP_COMMANDS } from './estop/estop-commands.ts';
import { inspect, noActor } from './inspect/inspect-command.ts';
import { INSPECT_COMMANDS } from './inspect/inspect-commands.ts';
import { MARKET_COMMANDS } from './market-data/market-commands.ts';
import { peerCommands } from './peers/peer-commands.ts';
import { PROOF_COMMANDS } from './proof/proof-commands.ts';
import { RISK_COMMANDS } from './risk/risk-commands.ts';
import { pairs, table } from './terminal.ts';

const TARGETS: readonly RequestableMode[] = ['manual', 'semi-auto', 'full-auto'];

const status: DaemonCommand = {
  name: 'status',
  usage: '',
  summary: 'mode, market, position, profit and counters at a glance',
  examples: ['status'],
  action: inspect,
  run: async (desk) => done(await desk.status()),
  show: (data) => showStatus(data as DeskStatus),
};

const actors: DaemonCommand = {
  name: 'actors',
  usage: '',
  summary: 'the tree of actors with restarts, mailboxes and last errors',
  examples: ['actors'],
  action: inspect,
  run: async (desk) => done(desk.actors()),
  show: (data) => showActors(data as readonly ActorRow[]),
};

const actorState: DaemonCommand = {
  name: 'actor state',
  usage: 'PATH',
  summary: 'what one actor shows of its state',
  examples: ['actor state trading/risk'],
  action: inspect,
  async run(desk, [path]) {
    if (path === undefined) return failed(EXIT.usage, 'actor state: wanted the path of an actor');
    const state = desk.actorState(path);
    return state === null ? noActor(desk, path) : done(state);
  },
  show: (data) => JSON.stringify(data, null, 2),
  complete: completePath,
};

const administration = ACTOR_ACTIONS.map(
  (verb): DaemonCommand => ({
    name: `actor ${verb}`,
    usage: 'PATH',
    summary: {
      suspend: 'let an actor queue and handle nothing; the gate closes when orders depend on it',
      resume: 'let a suspended actor go on, once everything has been reconciled',
      drain: 'let an actor handle what is queued, then stop it in order',
      stop: 'stop an actor in order; its supervisor starts a permanent one again',
      kill: 'end an actor at once, as a crash would',
      restart: 'stop an actor and start it anew',
    }[verb],
    examples: [`actor ${verb} trading/strategies/strategy:mm`],
    action: () => 'administer-actor',
    async run(desk, [path], who) {
      if (path === undefined) {
        return failed(EXIT.usage, `actor ${verb}: wanted the path of an actor`);
      }
      if (!desk.actors().some((actor) => actor.path === path)) return noActor(desk, path);
      const outcome = await desk.administer(verb, path, who.user);
      return outcome.ok ? done(outcome.value) : failed(EXIT.refused, outcome.error);
    },
    show: String,
    complete: completePath,
  }),
);

const mode: DaemonCommand = {
  name: 'mode',
  usage: '[manual|semi-auto|full-auto] [REASON…]',
  summary: 'show the control mode, or ask for another; a higher one takes a reason',
  examples: ['mode', 'mode full-auto the feed is back', 'mode manual lunch'],
  action: ([target], desk) =>
    target === undefined ? 'inspect' : modeAction(desk.mode().requested, target as RequestableMode),
  async run(desk, [target, ...reason], who) {
    if (target === undefined) return done(desk.mode());
    if (!TARGETS.includes(target as RequestableMode)) {
      return failed(EXIT.usage, `mode: found ${target}, wanted ${TARGETS.join(', ')}`);
    }
    const before = desk.mode();
    if (before.mode === 'emergency') {
      return failed(EXIT.refused, 'mode: the desk is in emergency; `reset` comes first');
    }
    const isRaise = modeAction(before.requested, target as RequestableMode) === 'raise-mode';
    if (isRaise && desk.access.needsSecond('raise-mode')) return alone(desk, who, 'mode', target);
    const why = reason.join(' ') || (isRaise ? '' : 'asked for');
    const fault = isRaise ? reasonFault(why) : null;
    if (fault !== null) return failed(EXIT.usage, `mode ${target}: ${fault}`);
    return done(await desk.requestMode(target as RequestableMode, who.user, why));
  },
  show: (data) => showControl(data as ControlSummary),
  complete: () => [...TARGETS],
};

const kill: DaemonCommand = {
  name: 'kill',
  usage: '[REASON…]',
  summary: 'emergency stop: close the gate, cancel everything, latch',
  examples: ['kill', 'kill wrong prices'],
  action: () => 'emergency',
  async run(desk, reason, who) {
    return done(await desk.emergency(who.user, reason.join(' ') || 'asked for'));
  },
  show: (data) => showControl(data as ControlSummary),
};

const reset: DaemonCommand = {
  name: 'reset',
  usage: 'REASON…',
  summary: 'leave emergency for manual; trading needs `mode` after it',
  examples: ['reset prices are right again'],
  action: () => 'reset',
  async run(desk, reason, who) {
    if (desk.access.needsSecond('reset')) return alone(desk, who, 'reset', 'manual');
    const fault = reasonFault(reason.join(' '));
    if (fault !== null) return failed(EXIT.usage, `reset: ${fault}`);
    const outcome = await desk.reset(who.user, reason.join(' '));
    return outcome.ok ? done(outcome.value) : failed(EXIT.refused, `reset: ${outcome.error}`);
  },
  show: (data) => showControl(data as ControlSummary),
};

const resume: DaemonCommand = {
  name: 'resume',
  usage: 'CONTROL-ID REASON…',
  summary: 'release what a control has paused; `mode` lists it with the class that says who may',
  examples: ['resume C28@venue:0 the venue answers again'],
  action: () => 'release',
  async run(desk, [id, ...reason], who) {
    if (id === undefined) {
      return failed(EXIT.usage, 'resume: wanted the id of what is raised; `mode` lists them');
    }
    const outcome = await desk.release(id, who, reason.join(' '));
    if (outcome.ok) return done(outcome.value);
    desk.access.recordRefusal(who, `resume ${id}`, outcome.error);
    return failed(EXIT.refused, `resume: ${outcome.error}`);
  },
  show: (data) => showControl(data as ControlSummary),
};

const positions: DaemonCommand = {
  name: 'positions',
  usage: '',
  summary: 'positions, entries and profit by market',
  examples: ['positions'],
  action: inspect,
  run: async (desk) => done(await desk.positions()),
  show: (data) =>
    table(
      ['symbol', 'quantity', 'entry', 'mark', 'realised', 'unrealised', 'fees'],
      (data as readonly PositionRow[]).map((row) => [
        row.symbol,
        row.quantity,
        row.entry,
        row.mark,
        row.realised,
        row.unrealised,
        row.fees,
      ]),
    ),
};

const orders: DaemonCommand = {
  name: 'orders',
  usage: '[--open]',
  summary: 'orders that may still trade',
  examples: ['orders', 'orders --open'],
  options: { open: { type: 'boolean', help: 'the same; no others are kept in memory' } },
  action: inspect,
  run: async (desk) => done(desk.orders()),
  show: (data) =>
    table(
      ['client id', 'symbol', 'side', 'kind', 'price', 'quantity', 'filled', 'status'],
      (data as readonly OrderRow[]).map((row) => [
        row.clientId,
        row.symbol,
        row.side,
        row.kind,
        row.price,
        row.quantity,
        row.filled,
        row.status,
      ]),
    ),
};

const reload: DaemonCommand = {
  name: 'reload',
  usage: '',
  summary: 'read the configuration again and take it over, all or nothing',
  examples: ['reload'],
  action: () => 'reload',
  async run(desk, _words, who) {
    const outcome = await desk.reload(who.user, who.role);
    return outcome.ok ? done(outcome.value) : failed(EXIT.config, outcome.error.join('\n'));
  },
  show(data) {
    const changes = data as readonly string[];
    return changes.length === 0 ? 'nothing changed' : changes.join('\n');
  },
};

const stop: DaemonCommand = {
  name: 'stop',
  usage: '',
  summary: 'stop in order: no new orders, cancel, drain fills, persist, close',
  examples: ['stop'],
  action: () => 'stop',
  async run(desk, _words, who) {
    desk.stop(who.user);
    return done('stopping');
  },
  show: String,
};

/** Everything that can be asked of a running daemon. */
export const DAEMON_COMMANDS: readonly DaemonCommand[] = [
  status,
  mode,
  positions,
  orders,
  actors,
  actorState,
  ...administration,
  kill,
  reset,
  resume,
  reload,
  stop,
  ...ALERT_COMMANDS,
  ...ESTOP_COMMANDS,
  ...APPROVAL_COMMANDS,
  ...ACCESS_COMMANDS,
  ...PROOF_COMMANDS,
  ...INSPECT_COMMANDS,
  ...MARKET_COMMANDS,
  ...RISK_COMMANDS,
  ...peerCommands(status.show),
];

/** Finds, authorises and runs a command. */
export async function runDaemonCommand(
  desk: Desk,
  words: readonly string[],
  who: Identity,
): Promise<RunResult> {
  const found = findCommand(DAEMON_COMMANDS, words);
  if (found === null) {
    const names = DAEMON_COMMANDS.map(({ name }) => name);
    const meant = didYouMean(names, words.slice(0, 2).join(' '));
    const hint = meant === null ? '`help` lists the commands' : `did you mean \`${meant}\`?`;
    return failed(EXIT.usage, `unknown command ${words.join(' ')}: ${hint}`);
  }
  const action = found.command.action(found.rest, desk);
  if (!mayDo(who.role, action)) {
    const wanted = rolesFor(action).join(' or ');
    const reason = `you are ${who.user} (${who.role}); this needs ${wanted}`;
    desk.access.recordRefusal(who, words.join(' '), reason);
    return failed(EXIT.refused, `${found.command.name}: ${reason}`);
  }
  if (action !== 'inspect') {
    const recorded = desk.recordCommand(who.user, words.join(' '));
    // No record, no change; but nothing stands in the way of stopping.
    if (!recorded.ok && action !== 'emergency' && action !== 'lower-mode') {
      return failed(EXIT.refused, `${found.command.name}: ${recorded.error}`);
    }
  }
  return found.command.run(desk, found.rest, who);
}

/** What one person may not do here, put on record. */
function alone(desk: Desk, who: Identity, name: string, target: string): RunResult {
  const instead = `\`mode request ${target} REASON\`, and a risk-officer who approves`;
  const reason = `this desk wants two people: ${instead}`;
  desk.access.recordRefusal(who, `${name} ${target}`, reason);
  return failed(EXIT.refused, `${name}: ${reason}`);
}

function completePath(
  _words: readonly string[],
  known: { readonly actors: readonly string[] },
): string[] {
  return [...known.actors];
}

function showControl(control: ControlSummary): string {
  return pairs([
    ['mode', control.mode],
    ['requested', control.requested],
    ['gate', control.gate.length === 0 ? 'open' : `closed: ${control.gate.join(', ')}`],
    ['faults', control.faults.join(', ') || 'none'],
    ['cool-down', `${(control.cooldownMs / 1000).toFixed(1)} s`],
    ['latch', control.latch ?? 'not set'],
    ['risk scale', control.riskScale],
    ...control.raised.map((row): [string, string] => ['raised', raisedText(row)]),
  ]);
}

function raisedText({ id, severity, reset, reason, isProbing }: RaisedRow): string {
  const level = isProbing ? `${severity}, probing` : severity;
  return `${id} ${level}, class ${reset}: ${reason}`;
}

function showStatus(status: DeskStatus): string {
  const refusals = Object.entries(status.refusals).map(([reason, count]) => `${reason} ${count}`);
  return pairs([
    [
      'mode',
      status.mode === status.requested ? status.mode : `${status.mode} → ${status.requested}`,
    ],
    ['gate', status.gate.length === 0 ? 'open' : `closed: ${status.gate.join(', ')}`],
    ...status.raised.map((row): [string, string] => ['raised', raisedText(row)]),
    ...status.markets.map((row): [string, string] => ['market', marketText(row)]),
    ['profit', status.pnl],
    ['fees', status.fees],
    ['orders', status.orders],
    ['fills', status.fills],
    ['rejects', status.rejects],
    ['refusals', refusals.join(', ') || 'none'],
    ['restarts', status.restarts],
    ['decision p99', status.latencyP99Us === null ? null : `${status.latencyP99Us} µs`],
    ['journal', status.journalSequence],
    ['up', `${status.uptimeSeconds} s, pid ${status.pid}`],
  ]);
}

function marketText({ venue, symbol, bid, ask, position }: MarketRow): string {
  return `${venue} ${symbol} ${bid ?? '-'} / ${ask ?? '-'}, position ${position}`;
}

function showActors(actors: readonly ActorRow[]): string {
  return table(
    ['actor', 'status', 'restarts', 'mailbox', 'high', 'handled', 'dropped', 'last error'],
    actors.map((actor) => {
      const depth = actor.path.split('/').length - 1;
      return [
        `${'  '.repeat(depth)}${actor.path}`,
        actor.status,
        actor.restarts,
        `${actor.mailbox}/${actor.capacity}`,
        actor.highWater,
        actor.handled,
        actor.dropped,
        actor.lastError,
      ];
    }),
  );
}
