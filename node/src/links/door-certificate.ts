import { readFileSync } from "node:fs";
import type { Logger } from "../telemetry/logger.ts";
import { type DoorMaterial, doorContextOptions, requireUsable } from "./secure-context.ts";

/** Files of a door's certificate, in PEM. */
export interface DoorFiles {
  /** The certificate, then those that vouch for it. */
  readonly certPath: string;
  readonly keyPath: string;
  /** Authorities of clients, who must show a certificate then; null: anybody may come. */
  readonly clientCaPath: string | null;
}

export interface DoorCertificateOptions extends DoorFiles {
  /** For messages: the field of the configuration. */
  readonly field: string;
}

export interface DoorCertificateParts {
  readonly logger: Logger;
  /** How often the files are looked at. Default 5 s. */
  readonly everyMs?: number;
}

const EVERY_MS = 5_000;

/** Why a door cannot be opened. */
export class DoorCertificateError extends Error {
  override readonly name = "DoorCertificateError";
  readonly failure: { readonly code: "DOOR_CERTIFICATE"; readonly field: string; reason: string };
  /** One sentence that says what to change. */
  readonly remedy: string;

  constructor(field: string, options: { readonly cause: unknown }) {
    const { cause } = options;
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`DOOR_CERTIFICATE: ${field}: ${reason}`, options);
    this.failure = { code: "DOOR_CERTIFICATE", field, reason };
    this.remedy = `Name PEM files in "${field}" that this user may read: a certificate, its own key, and if clients need certificates their authorities.`;
  }
}

/**
 * A door's certificate, read again when its files change. Files are replaced one after the other, so what does not fit
 * together is left alone until it does; the old certificate stays in use.
 */
export class DoorCertificate {
  readonly #options: DoorCertificateOptions;
  readonly #logger: Logger;
  readonly #listeners = new Set<(material: DoorMaterial) => void>();
  #current: DoorMaterial;
  #refused = "";
  readonly #timer: NodeJS.Timeout;

  /** Errors: DoorCertificateError. */
  constructor(options: DoorCertificateOptions, parts: DoorCertificateParts) {
    this.#options = options;
    this.#logger = parts.logger;
    try {
      this.#current = this.#read();
    } catch (cause) {
      throw new DoorCertificateError(options.field, { cause });
    }
    this.#timer = setInterval(() => this.#look(), parts.everyMs ?? EVERY_MS).unref();
  }

  get current(): DoorMaterial {
    return this.#current;
  }

  /** Calls back with each new certificate. */
  onChanged(listener: (material: DoorMaterial) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  #read(): DoorMaterial {
    const { certPath, keyPath, clientCaPath } = this.#options;
    const material: DoorMaterial = {
      chainPem: readFileSync(certPath, "utf8"),
      keyPem: readFileSync(keyPath, "utf8"),
      clientCaPem: clientCaPath === null ? null : readFileSync(clientCaPath, "utf8"),
    };
    requireUsable(doorContextOptions(material));
    return material;
  }

  #look(): void {
    const { field } = this.#options;
    try {
      const found = this.#read();
      this.#refused = "";
      if (isSame(found, this.#current)) return;
      this.#current = found;
      for (const listener of this.#listeners) listener(found);
      this.#logger.info("New certificate in use", { field });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Once, not every few seconds.
      if (reason !== this.#refused) {
        this.#logger.warn("New certificate not usable, the old one stays", { field, reason });
      }
      this.#refused = reason;
    }
  }
}

function isSame(one: DoorMaterial, other: DoorMaterial): boolean {
  return (
    one.keyPem === other.keyPem &&
    one.chainPem === other.chainPem &&
    one.clientCaPem === other.clientCaPem
  );
}
