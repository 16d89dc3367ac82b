import { z } from 'zod';
import type { Env } from '../../core/env.ts';
import type { Ending } from '../run/start.ts';
import type { VenueLink } from '../venue/link.ts';

const POLL_MS = 250;
const ANSWER_MS_MAX = 2_000;
/** A venue process that is silent for so many questions is gone. */
const SILENCES_MAX = 10;

const progress = z.object({ isOver: z.boolean(), fault: z.string().nullable() });

/** Asks a venue process until its recording is over. Resolves when it is, or the venue is gone. */
export async function recordingEnd(env: Env, venue: VenueLink): Promise<Ending> {
  for (let silences = 0; silences < SILENCES_MAX; ) {
    await new Promise<void>((resolve) => void env.timers.after(POLL_MS, resolve));
    const heard = await ask(env, venue);
    if (heard === null) {
      silences += 1;
      continue;
    }
    silences = 0;
    if (!heard.isOver) continue;
    if (heard.fault !== null) return { reason: heard.fault, kind: 'failed' };
    return { reason: 'the recording is over', kind: 'done' };
  }
  return { reason: 'the venue that plays the recording does not answer', kind: 'failed' };
}

/** @returns null when there is no answer that can be read */
function ask(env: Env, venue: VenueLink): Promise<z.infer<typeof progress> | null> {
  const request = {
    method: 'GET' as const,
    url: `${venue.restUrl}/sim/progress`,
    headers: { 'X-Sim-Token': venue.account.adminToken },
    timeoutMs: ANSWER_MS_MAX,
  };
  return new Promise((resolve) => {
    env.net.http(request, (outcome) => {
      if (!outcome.ok || outcome.value.status !== 200) resolve(null);
      else resolve(progress.safeParse(jsonOf(outcome.value.body)).data ?? null);
    });
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
