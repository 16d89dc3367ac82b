import { rngOf } from '../../../src/core/rng.ts';
import { BinanceStream, snapshotRequest, streamUrl } from '../../../src/venues/binance/stream.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { type aReplay, HOST } from './replay.ts';

const REQUEST_TIMEOUT_MS = 5_000;

/** The desk's own market data client on the in-process net: one socket, snapshots until live. */
export function aFeed({ venue, time, net }: ReturnType<typeof aReplay>) {
  const { instrument } = venue.recording.rules;
  const stream = new BinanceStream([instrument]);
  const random = rngOf(7);
  const refusals: string[] = [];
  const fetchBook = (): void => {
    net.http(snapshotRequest(`http://${HOST}`, instrument, REQUEST_TIMEOUT_MS), (outcome) => {
      const again = stream.onSnapshot(0, outcome, random);
      if (again === null) return;
      refusals.push(again.why);
      time.timers.after(again.againMs, fetchBook);
    });
  };
  net.webSocket(
    streamUrl(`ws://${HOST}`, [instrument]),
    {
      opened: fetchBook,
      message(frame) {
        if (stream.onFrame(frame) === 'lost') fetchBook();
      },
      closed() {},
    },
    SOCKET_LIMITS,
  );
  return { stream, refusals };
}
