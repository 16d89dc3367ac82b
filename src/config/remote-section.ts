import { z } from 'zod';
import { addressFault } from './host-port.ts';
import { linksSection } from './links-section.ts';

const CLIENTS_MAX = 64;

/** Section `remote` of the configuration: who reaches this desk from elsewhere. Off by default. */
export const remoteSection = z
  .strictObject({
    tls: z
      .strictObject({
        listen: z
          .string()
          .refine((text) => addressFault(text) === null, {
            error: ({ input }) => `wanted ${addressFault(String(input))}`,
          })
          .describe('address of the listener; loopback unless the network in front is your own'),
        certificate: z.string().min(1).describe('certificate of this desk, a file in PEM'),
        key: z.string().min(1).describe('private key of the certificate, a file in PEM'),
        clients: z
          .array(
            z
              .string()
              .regex(/^[0-9a-f]{64}$/, 'wanted 64 hexadecimal digits in lower case')
              .describe('SHA-256 of a certificate in DER'),
          )
          .min(1)
          .max(CLIENTS_MAX)
          .describe('fingerprints of the client certificates that may connect'),
      })
      .describe('the shell over TLS 1.3 with client certificates')
      .optional(),
    links: linksSection.optional(),
  })
  .describe('access from elsewhere');
