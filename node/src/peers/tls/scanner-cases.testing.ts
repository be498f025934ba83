import { execFile } from "node:child_process";
import { onStage } from "./stage.testing.ts";
import { NOTHING, type Seen, type TlsCase } from "./tls-case.testing.ts";

const SCAN_MS = 180_000;

/** A program that looks at TLS from outside, and what it makes of a node's door. */
export interface ScannerCase extends TlsCase {
  /** Program and Debian package. */
  readonly needs: { readonly program: string; readonly debianPackage: string };
}

interface Scan {
  readonly name: string;
  readonly program: string;
  readonly debianPackage: string;
  readonly args: (place: string) => readonly string[];
  /** What it says, without the rest. */
  readonly read: (text: string) => string;
  readonly client: RegExp;
  readonly server: RegExp;
}

function scanning({ name, program, debianPackage, args, read, client, server }: Scan): ScannerCase {
  return {
    name,
    needs: { program, debianPackage },
    expected: { client, server },
    play: onStage(async (stage): Promise<Seen> => {
      const node = await stage.node(1);
      const text = await output(program, args(`127.0.0.1:${node.server.port}`));
      const client = read(text);
      return { client: client === "" ? text.slice(0, 400) : client, server: await stage.said() };
    }),
  };
}

function withOpenssl(name: string, option: string, client: RegExp, server: RegExp): ScannerCase {
  return scanning({
    ...{ name, program: "openssl", debianPackage: "openssl", client, server },
    args: (place) => ["s_client", "-connect", place, option, "-brief"],
    read: (text) => /alert protocol version|Protocol version: TLSv1\.3/.exec(text)?.[0] ?? "",
  });
}

const REFUSED = /^alert protocol version$/;
const UNSUPPORTED = /^ERR_SSL_UNSUPPORTED_PROTOCOL$/;

/** Others' programs find TLS 1.3 alone, and its few groups and ciphers. */
export const SCANNER_CASES: readonly ScannerCase[] = [
  withOpenssl("openssl s_client -tls1", "-tls1", REFUSED, UNSUPPORTED),
  withOpenssl("openssl s_client -tls1_1", "-tls1_1", REFUSED, UNSUPPORTED),
  withOpenssl("openssl s_client -tls1_2", "-tls1_2", REFUSED, UNSUPPORTED),
  withOpenssl("openssl s_client -tls1_3", "-tls1_3", /TLSv1\.3$/, /^ALPN$/),
  scanning({
    ...{ name: "sslscan", program: "sslscan", debianPackage: "sslscan", server: /./ },
    args: (place) => ["--no-colour", place],
    read: (text) =>
      [
        ...text.matchAll(/^((?:SSL|TLS)v[\d.]+) +enabled/gm),
        ...text.matchAll(/^TLSv1\.3 +\d+ bits +(\S+)/gm),
      ]
        .map(([, found]) => found)
        .join(" "),
    client: /^TLSv1\.3 secp256r1 x25519$/,
  }),
  scanning({
    ...{ name: "testssl", program: "testssl", debianPackage: "testssl.sh", server: /./ },
    args: (place) => ["--color", "0", "--quiet", "--warnings", "off", "-p", place],
    read: (text) =>
      [...text.matchAll(/^ (SSLv[23]|TLS [\d.]+) +(?!not offered)(\S.*)$/gm)]
        .map(([, version, verdict]) => `${version}: ${verdict}`)
        .join(", "),
    client: /^TLS 1\.3: offered \(OK\): final\s*$/,
  }),
];

/** Standard output and error; the exit code of scanners says nothing here. */
function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: SCAN_MS }, (error, stdout, stderr) => {
      const text = stdout + stderr;
      resolve(text === "" && error !== null ? `${NOTHING}: ${error.message}` : text);
    });
    child.stdin?.end();
  });
}

/** Is the scanner here? */
export async function hasProgram(program: string): Promise<boolean> {
  const said = await output("sh", ["-c", `command -v ${program} >/dev/null && echo yes`]);
  return said.startsWith("yes");
}
