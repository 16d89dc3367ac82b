import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import {
  dialLink,
  type LinkCredentials,
  type LinkPlace,
  listenForLinks,
} from '../../src/remote/link-socket.ts';
import type { LinkChannel, LinkTransport } from '../../src/remote/link-transport.ts';
import { rejection } from '../support/lanes.ts';
import { until } from '../support/process/until.ts';
import { root } from '../support/shared.ts';

/** What one end was told; channels in the order in which they were opened. */
interface Told {
  readonly events: string[];
  readonly channels: LinkChannel[];
  readonly attempt: { close(): void };
}

function opened(transport: LinkTransport): Told {
  const events: string[] = [];
  const channels: LinkChannel[] = [];
  const attempt = transport.open(
    (channel) => {
      channels.push(channel);
      events.push('opened');
      return {
        message: (bytes) => void events.push(`got ${Buffer.from(bytes).toString()}`),
        drained: () => void events.push('drained'),
        closed: (why) => void events.push(`closed: ${why}`),
      };
    },
    (why) => void events.push(`failed: ${why}`),
  );
  return { events, channels, attempt };
}

const told = ({ events }: Told, pattern: RegExp): Promise<string> =>
  until(
    `${pattern}`,
    () => events.find((event) => pattern.test(event)),
    () => events.join('\n'),
  );

function credentialsOf(name: string): LinkCredentials {
  const read = (file: string): string =>
    readFileSync(join(root, 'test', 'support', 'fixtures', 'links', file), 'utf8');
  return {
    key: read(`${name}.key`),
    certificate: read(`${name}.pem`),
    authority: read('authority.pem'),
  };
}

const tlsPlace = (name: string, port = 0): LinkPlace => ({
  kind: 'tls',
  host: '127.0.0.1',
  port,
  credentials: credentialsOf(name),
});

async function onUnixSocket(use: (place: LinkPlace, path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-link-'));
  const path = join(folder, 'links.sock');
  await use({ kind: 'unix', path }, path);
  rmSync(folder, { recursive: true });
}

const utf8 = (text: string): Uint8Array => Buffer.from(text);

test('bytes pass both ways over a Unix socket that is private, and its end is told', () =>
  onUnixSocket(async (place, path) => {
    const listener = await listenForLinks(place);
    assert.is(statSync(path).mode & 0o777, 0o600);
    assert.is(listener.port, 0);
    const callee = opened(listener.from('london'));
    const caller = opened(dialLink('london', 'tokyo', place));
    await told(caller, /opened/);
    await told(callee, /opened/);
    caller.channels[0]?.send(utf8('hello'));
    await told(callee, /got hello/);
    callee.channels[0]?.send(utf8('back'));
    await told(caller, /got back/);
    await told(caller, /drained/);
    assert.is(caller.channels[0]?.bufferedBytes, 0);
    caller.attempt.close();
    callee.channels[0]?.close('enough');
    callee.channels[0]?.send(utf8('nobody hears this'));
    await told(callee, /closed: enough/);
    await told(caller, /closed: closed with 1000/);
    listener.close();
    assert.not(existsSync(path));
  }));

test('over TLS a stranger, and a node with another name, open no link', async () => {
  const listener = await listenForLinks(tlsPlace('tokyo'));
  const callee = opened(listener.from('london'));
  const place = (name: string): LinkPlace => tlsPlace(name, listener.port);
  const stranger = opened(dialLink('london', 'tokyo', place('stranger')));
  await told(stranger, /failed/);
  const impostor = opened(dialLink('london', 'tokyo', place('tokyo')));
  await told(impostor, /failed: .*403/);
  const mistaken = opened(dialLink('london', 'osaka', place('london')));
  await told(mistaken, /failed: .*certificate is of node tokyo, wanted osaka/);
  assert.equal(callee.events, []);
  const caller = opened(dialLink('london', 'tokyo', place('london')));
  await told(caller, /opened/);
  listener.close();
  await told(caller, /closed/);
});

test('a peer that nobody waits for, another address and plain HTTP are turned away', () =>
  onUnixSocket(async (place, path) => {
    const listener = await listenForLinks(place);
    await told(opened(dialLink('paris', 'tokyo', place)), /failed: .*403/);
    const callee = opened(listener.from('london'));
    callee.attempt.close();
    callee.attempt.close();
    await told(opened(dialLink('london', 'tokyo', place)), /failed: .*403/);
    const lost = await new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws+unix:${path}:/elsewhere`);
      socket.on('error', (error) => resolve(error.message));
    });
    assert.match(lost, /404/);
    const status = await new Promise((resolve) => {
      httpRequest({ socketPath: path, path: '/' }, (reply) => resolve(reply.statusCode)).end();
    });
    assert.is(status, 426);
    listener.close();
  }));

test('text, and a message above the limit, end the channel', () =>
  onUnixSocket(async (place, path) => {
    const listener = await listenForLinks(place);
    const callee = opened(listener.from('london'));
    const say = (what: string | Uint8Array): void => {
      const socket = new WebSocket(`ws+unix:${path}:/links/london`, { perMessageDeflate: false });
      socket.on('error', () => {});
      socket.on('open', () => socket.send(what));
    };
    say('text');
    await told(callee, /closed/);
    say(new Uint8Array(1024 * 1024 + 1));
    await told(callee, /closed: Max payload/);
    assert.not(callee.events.some((event) => event.startsWith('got')));
    listener.close();
  }));

test('a place that cannot be had, and nobody there, are told', async () => {
  const listener = await listenForLinks(tlsPlace('tokyo'));
  const taken = await rejection(listenForLinks(tlsPlace('tokyo', listener.port)));
  assert.match(taken.message, /links: .*EADDRINUSE/);
  const { port } = listener;
  listener.close();
  await told(opened(dialLink('london', 'tokyo', tlsPlace('london', port))), /ECONNREFUSED/);
  await onUnixSocket(async (place) => {
    const stopped = opened(dialLink('london', 'tokyo', place));
    stopped.attempt.close();
    await told(opened(dialLink('london', 'tokyo', place)), /failed/);
    assert.equal(stopped.events, []);
  });
});

test('sockets are bounded, and a broken upgrade harms nobody', () =>
  onUnixSocket(async (place, path) => {
    const listener = await listenForLinks(place);
    const callee = opened(listener.from('london'));
    const broken = connect(path, () => {
      broken.write(
        'GET /links/london HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      broken.destroy();
    });
    broken.on('error', () => {});
    const callers = Array.from({ length: 70 }, () => opened(dialLink('london', 'tokyo', place)));
    for (const caller of callers) await told(caller, /opened|failed/);
    const open = callers.filter(({ events }) => events[0] === 'opened');
    assert.ok(open.length > 0 && open.length <= 64, `${open.length} are open`);
    assert.is(callee.channels.length, open.length);
    listener.close();
  }));

test.run();
