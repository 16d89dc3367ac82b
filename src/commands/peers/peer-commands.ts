import type { Result } from '../../core/result.ts';
import type { RunResult } from '../../remote/server.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { health } from '../inspect/process-commands.ts';
import { table } from '../terminal.ts';
import type { PeerRow } from './peers-port.ts';

/** What is asked of the daemons that this one is linked to. @param showStatus as at home */
export function peerCommands(showStatus: DaemonCommand['show']): readonly DaemonCommand[] {
  const status = inspectCommand({
    name: 'peer status',
    usage: 'NODE',
    summary: 'the status of a linked daemon',
    examples: ['peer status tokyo'],
    words: [1, 1],
    run: async (desk, { positionals: [node] }) =>
      answered('peer status', await desk.peers.status(node as string)),
    show: showStatus,
  });
  return [peers, status, peerHealth, kill];
}

const peers = inspectCommand({
  name: 'peers',
  usage: '',
  summary: 'the daemons that this one is linked to: up or down, since when, mode, round trip',
  examples: ['peers', 'peers --json'],
  run: (desk) => done(desk.peers.rows()),
  show(data) {
    return table(
      ['node', 'link', 'since', 'incarnation', 'mode', 'gate', 'round trip', 'refused'],
      (data as readonly PeerRow[]).map((row) => [
        row.node,
        row.isUp ? 'up' : 'down',
        row.since,
        row.incarnation,
        row.mode,
        row.gate === null ? null : row.gate.join(', ') || 'open',
        row.roundTripMs === null ? null : `${row.roundTripMs.toFixed(1)} ms`,
        row.refused.join('; ') || 'never',
      ]),
    );
  },
});

const peerHealth = inspectCommand({
  name: 'peer health',
  usage: 'NODE',
  summary: 'what is wrong with a linked daemon, if anything is',
  examples: ['peer health tokyo'],
  words: [1, 1],
  run: async (desk, { positionals: [node] }) =>
    answered('peer health', await desk.peers.health(node as string)),
  show: health.show,
});

const kill = inspectCommand({
  name: 'peer kill',
  usage: 'NODE [REASON…]',
  summary: 'emergency stop of a linked daemon; nobody but its own people can reset it',
  examples: ['peer kill tokyo', 'peer kill tokyo wrong prices'],
  action: () => 'emergency',
  words: [1, Number.POSITIVE_INFINITY],
  async run(desk, { positionals: [node, ...reason] }, who) {
    const why = reason.join(' ') || 'asked for';
    return answered('peer kill', await desk.peers.emergency(node as string, who.user, why));
  },
  show: health.show,
});

function answered(name: string, outcome: Result<unknown, string>): RunResult {
  return outcome.ok ? done(outcome.value) : failed(EXIT.failed, `${name}: ${outcome.error}`);
}
