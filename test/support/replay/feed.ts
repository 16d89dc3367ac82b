import { rngOf } from '../../../src/core/rng.ts';
import { BinanceStream } from '../../../src/venues/binance/stream.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { type aReplay, HOST } from './replay.ts';

/** The desk's own market data client on the in-process net: one socket, snapshots until live. */
export function aFeed({ venue, time, net }: ReturnType<typeof aReplay>) {
  const { instrument } = venue.recording.rules;
  const stream = new BinanceStream({
    streamUrl: `ws://${HOST}`,
    restUrl: `http://${HOST}`,
    instruments: [instrument],
    hasTrades: false,
  });
  const random = rngOf(7);
  const refusals: string[] = [];
  const fetchBook = (): void => {
    net.http(stream.snapshotRequest(0), (outcome) => {
      const again = stream.onSnapshot(0, outcome, random);
      if (again === null) return;
      refusals.push(again.why);
      time.timers.after(again.againMs, fetchBook);
    });
  };
  net.webSocket(
    stream.url,
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
