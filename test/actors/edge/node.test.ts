import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type NodeOptions, nodeActor } from '../../../actors/edge/node.ts';
import type { Lane } from '../../../actors/runtime/lane.ts';
import { linkActor } from '../../../actors/runtime/links/link.ts';
import { remoteRef } from '../../../actors/runtime/ref.ts';
import {
  exportedNode,
  importedNode,
  type ModeNews,
  NODE_PATH,
  type PeerAnswer,
  type PeerMessage,
} from '../../../src/commands/peers/node-contract.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { supervisor } from '../../../supervisors/supervisor.ts';
import { aLog } from '../../support/actors/logs.ts';
import { STATUS } from '../../support/edge/command-world.ts';
import { GOOD_HEALTH } from '../../support/edge/test-inspector.ts';
import { aLane } from '../../support/lanes.ts';
import { Network } from '../../support/links/network.ts';
import { INCARNATIONS } from '../../support/links/two-nodes.ts';
import { type ManualEnv, manualEnv } from '../../support/manual-env.ts';

type Name = 'london' | 'tokyo';

/** One desk with its node, and what is seen of it. */
interface Seen {
  readonly lane: Lane;
  /** What a test may change. */
  readonly desk: { mode: ModeNews; status: NodeOptions['status'] };
  /** `peer mode gate`, and whether it came with a round trip. */
  readonly heard: string[];
  readonly emergencies: string[];
  readonly lines: string[];
}

interface World extends Readonly<Record<Name, Seen>> {
  readonly env: ManualEnv;
  readonly network: Network;
}

/** Two nodes on one clock with a link between them. */
async function linkedNodes(): Promise<World> {
  const env = manualEnv(1);
  const network = new Network(env.clock, env.timers, rngOf(1));
  const tokyo = await aNode(env, network, 'tokyo');
  const london = await aNode(env, network, 'london');
  await env.advance(1_500);
  return { env, network, tokyo, london };
}

async function aNode(env: ManualEnv, network: Network, name: Name): Promise<Seen> {
  const { clock, timers, random } = env;
  const { lane } = aLane({ clock, timers, random });
  const peer = name === 'london' ? 'tokyo' : 'london';
  const desk: Seen['desk'] = { mode: { mode: 'full-auto', gate: [] }, status: async () => STATUS };
  const heard: string[] = [];
  const emergencies: string[] = [];
  const { log, lines } = aLog();
  let isUp = false;
  const node = () =>
    nodeActor({
      peers: [peer],
      isUp: () => isUp,
      status: () => desk.status(),
      health: async () => GOOD_HEALTH,
      mode: () => desk.mode,
      emergency: (by, why) => void emergencies.push(`${by}: ${why}`),
      heard: (from, { mode, gate }, roundTripMs) =>
        void heard.push(`${from} ${mode} ${gate.join()}${roundTripMs === null ? '' : ' renewed'}`),
      log,
    });
  const link = () =>
    linkActor({
      node: { name, incarnation: INCARNATIONS[name] },
      peer,
      transport: name === 'london' ? network.dialling : network.waiting,
      exports: [exportedNode(peer)],
      imports: [importedNode],
      board: lane.board,
      onEvent({ kind }) {
        if (kind === 'link-up') isUp = true;
        else if (kind === 'link-lost') isUp = false;
      },
    });
  const started = lane.spawn(
    supervisor({
      intensity: 10,
      children: [
        { id: 'node', start: node },
        { id: 'link', start: link },
      ],
    }),
    'edge',
  );
  await env.settle();
  await started;
  return { lane, desk, heard, emergencies, lines };
}

const NODES = {
  london: remoteRef<PeerMessage>('london', NODE_PATH),
  tokyo: remoteRef<PeerMessage>('tokyo', NODE_PATH),
};

const ask = ({ london }: World, kind: 'status' | 'health'): Promise<PeerAnswer> =>
  london.lane.ask<PeerMessage, PeerAnswer>(NODES.tokyo, (reply) => ({ kind, reply }), 60_000);

async function answerOf(world: World, kind: 'status' | 'health'): Promise<PeerAnswer> {
  const answer = ask(world, kind);
  await world.env.advance(10);
  return answer;
}

test('a peer answers with its status and its health', async () => {
  const world = await linkedNodes();
  assert.equal(await answerOf(world, 'status'), { kind: 'status', status: STATUS });
  assert.equal(await answerOf(world, 'health'), { kind: 'health', health: GOOD_HEALTH });
});

test('a status that cannot be had is told at once', async () => {
  const world = await linkedNodes();
  world.tokyo.desk.status = () => Promise.reject(new Error('no portfolio'));
  assert.equal(await answerOf(world, 'status'), { kind: 'failed', why: 'no portfolio' });
});

test('more questions than a few at a time are refused, and later ones are not', async () => {
  const world = await linkedNodes();
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  world.tokyo.desk.status = () => released.then(() => STATUS);
  const asked = Array.from({ length: 17 }, () => ask(world, 'status'));
  await world.env.advance(10);
  assert.equal(await asked[16], { kind: 'failed', why: '16 questions are under way' });
  release();
  await world.env.advance(10);
  assert.is((await (asked[0] as Promise<PeerAnswer>)).kind, 'status');
  assert.is((await answerOf(world, 'health')).kind, 'health');
});

test('an emergency is told with who asked for it, and where', async () => {
  const world = await linkedNodes();
  world.london.lane.send(NODES.tokyo, { kind: 'emergency', by: 'ann', why: 'wrong prices' });
  await world.env.advance(10);
  assert.equal(world.tokyo.emergencies, ['ann@london: wrong prices']);
  assert.equal(world.london.emergencies, []);
});

test('a change of mode or gate is told to those who follow it, once', async () => {
  const world = await linkedNodes();
  const { env, london, tokyo } = world;
  assert.ok(london.heard.includes('tokyo full-auto  renewed'));
  assert.ok(tokyo.heard.includes('london full-auto  renewed'), 'in both directions');
  tokyo.desk.mode = { mode: 'manual', gate: ['reconciling'] };
  await env.advance(900);
  const told = london.heard.filter((line) => line === 'tokyo manual reconciling');
  assert.is(told.length, 1, 'a change is news, and what stays is none');
});

test('a lost link is told to the watcher, and both follow each other again after it', async () => {
  const world = await linkedNodes();
  const { env, london, network } = world;
  network.isDown = true;
  network.reset();
  await env.advance(5_000);
  const over = london.lines.filter((line) => line.includes('peer-over'));
  assert.equal(over, ['warn edge/node peer-over {"peer":"tokyo"}']);
  assert.is(london.lane.deadLetters.count, 0, 'nothing is sent into the void');
  const before = london.heard.length;
  network.isDown = false;
  await env.advance(40_000);
  assert.ok(london.heard.length > before);
  network.reset();
  await env.advance(10);
  assert.is(london.lines.filter((line) => line.includes('peer-over')).length, 2, 'watched anew');
});

test('a follower that does not renew is forgotten', async () => {
  const world = await linkedNodes();
  const { env, london, tokyo } = world;
  const followers = () => {
    const view = tokyo.lane.view('edge/node');
    return (view as { value: { subscribers: string[] } }).value.subscribers;
  };
  assert.equal(followers(), ['london']);
  london.lane.stop('edge/link');
  london.lane.suspend('edge/node');
  await env.advance(20_000);
  tokyo.desk.mode = { mode: 'manual', gate: [] };
  await env.advance(200);
  assert.equal(followers(), []);
});

test('nobody is subscribed by somebody else', async () => {
  const world = await linkedNodes();
  const { env, london, tokyo } = world;
  tokyo.lane.inject('edge/node', new Error('forget everybody'));
  await env.advance(1);
  const to = NODES.tokyo;
  const answer = london.lane.ask<PeerMessage, PeerAnswer>(
    NODES.tokyo,
    (reply) => ({ kind: 'subscribe', to, reply }),
    5_000,
  );
  await env.advance(10);
  assert.is((await answer).kind, 'mode-news');
  const view = tokyo.lane.view('edge/node') as { value: { subscribers: string[] } };
  assert.equal(view.value.subscribers, []);
});

test('a node that crashed is followed again', async () => {
  const world = await linkedNodes();
  const { env, london, tokyo } = world;
  tokyo.lane.inject('edge/node', new Error('boom'));
  await env.advance(2_500);
  assert.ok(
    london.lines.some((line) => line.includes('peer-over')),
    'its end is told',
  );
  const before = london.heard.length;
  tokyo.desk.mode = { mode: 'manual', gate: [] };
  await env.advance(500);
  assert.ok(london.heard.slice(before).includes('tokyo manual '));
});

test.run();
