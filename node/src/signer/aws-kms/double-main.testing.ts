// The stand-in for AWS KMS as a process, for tests of whole networks: says where it listens, and ends with its standard input.
import { KmsDouble } from "./kms-double.testing.ts";

const double = await KmsDouble.start();
process.stdout.write(`${JSON.stringify({ endpoint: double.endpoint, region: double.region })}\n`);
process.stdin.on("end", () => void double.close());
process.stdin.resume();
