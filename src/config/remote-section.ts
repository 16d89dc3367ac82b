import { z } from 'zod';

/** `127.0.0.1:7443` or `[::1]:7443`. */
const ADDRESS = /^(?:\[([0-9a-fA-F:]{2,39})\]|([0-9A-Za-z.-]{1,253})):(\d{1,5})$/;
const PORT_MAX = 65_535;
const CLIENTS_MAX = 64;

/** Section `remote` of the configuration: who reaches the shell from elsewhere. Off by default. */
export const remoteSection = z
  .strictObject({
    tls: z
      .strictObject({
        listen: z
          .string()
          .refine((text) => Number(ADDRESS.exec(text)?.[3] ?? Number.NaN) <= PORT_MAX, {
            message: 'wanted HOST:PORT, such as 127.0.0.1:7443',
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
  })
  .describe('access from elsewhere');

/** Host and port of `remote.tls.listen`. */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = ADDRESS.exec(text);
  return { host: match?.[1] ?? match?.[2] ?? '127.0.0.1', port: Number(match?.[3] ?? 0) };
}
