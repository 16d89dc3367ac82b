import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LinkChannel, portLink } from '../../src/remote/link-transport.ts';

/** One end, and what it was told. */
interface End {
  readonly told: string[];
  channel: LinkChannel | null;
}

/** Two ends on one port each; `turns` lets what was posted arrive. */
function twoEnds() {
  const { port1, port2 } = new MessageChannel();
  const open = (port: typeof port1, isDialling: boolean) => {
    const end: End & { again(): void; stop(): void } = {
      told: [],
      channel: null,
      again: () => dial(),
      stop: () => attempt.close(),
    };
    const transport = portLink(port, isDialling);
    let attempt = { close() {} };
    const dial = (): void => {
      attempt = transport.open(
        (channel) => {
          end.channel = channel;
          return {
            message: (bytes) => void end.told.push(`got ${bytes.join()}`),
            drained: () => void end.told.push(`drained to ${channel.bufferedBytes}`),
            closed: (why) => void end.told.push(`closed: ${why}`),
          };
        },
        (why) => void end.told.push(`failed: ${why}`),
      );
    };
    dial();
    return end;
  };
  const callee = open(port2, false);
  const caller = open(port1, true);
  return { caller, callee, port1, port2 };
}

const turns = async (count = 6): Promise<void> => {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('bytes pass between two threads, and the sender learns what has been handled', async () => {
  const { caller, callee, port1 } = twoEnds();
  caller.channel?.send(Uint8Array.of(1, 2));
  assert.is(caller.channel?.bufferedBytes, 2);
  await turns();
  callee.channel?.send(Uint8Array.of(3));
  await turns();
  assert.equal(callee.told, ['got 1,2', 'drained to 0']);
  assert.equal(caller.told, ['drained to 0', 'got 3']);
  port1.close();
});

test('a channel closes at both ends, once, and another one can be dialled', async () => {
  const { caller, callee, port1 } = twoEnds();
  await turns();
  caller.channel?.close('enough');
  caller.channel?.close('enough');
  caller.channel?.send(Uint8Array.of(1));
  await turns();
  assert.equal(caller.told, ['closed: enough']);
  assert.equal(callee.told, ['closed: the other thread has closed it']);
  caller.again();
  caller.channel?.send(Uint8Array.of(9));
  await turns();
  assert.equal(callee.told.slice(1), ['got 9']);
  caller.again();
  await turns();
  assert.ok(callee.told.includes('closed: a newer channel was opened'));
  port1.close();
});

test('a port that is closed ends the channel and fails a dial', async () => {
  const { caller, callee, port1, port2 } = twoEnds();
  await turns();
  callee.stop();
  const before = callee.channel;
  caller.again();
  await turns();
  assert.is(callee.channel, before);
  const closed = once(port1, 'close');
  port2.close();
  await closed;
  assert.is(caller.told.at(-1), 'closed: the port was closed');
  caller.again();
  assert.is(caller.told.at(-1), 'failed: the port was closed');
});

test.run();
