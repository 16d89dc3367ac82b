import { z } from 'zod';

const SECONDS_DEFAULT = 300;

const webhookUrl = z.string().superRefine((text, context) => {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'https:' || protocol === 'http:') return;
  context.addIssue({ code: 'custom', message: 'wanted an address that begins with https://' });
});

/** Section `alerts` of the configuration. */
export const alertsSection = z
  .strictObject({
    acknowledgeSeconds: z
      .number()
      .int()
      .min(10)
      .max(86_400)
      .default(SECONDS_DEFAULT)
      .describe('a critical alert that nobody acknowledges for longer lowers the mode (C36)'),
    webhook: z
      .strictObject({
        url: webhookUrl.describe('where each alert is posted to, as JSON'),
        secretFile: z
          .string()
          .min(1)
          .describe('file with the secret that signs each post (HMAC-SHA256)'),
        timeoutMs: z
          .number()
          .int()
          .min(100)
          .max(60_000)
          .default(5_000)
          .describe('silence after which a post has failed'),
        attempts: z
          .number()
          .int()
          .min(1)
          .max(20)
          .default(8)
          .describe('tries of one alert, with longer and longer waits between them'),
      })
      .describe('a receiver of alerts outside the house')
      .optional(),
  })
  .describe('alerts to people');

export type AlertsSettings = z.infer<typeof alertsSection>;
export type WebhookSettings = NonNullable<AlertsSettings['webhook']>;
