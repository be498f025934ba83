import type { Hex } from "@deed/protocol/encoding";
import { type Rpc, RpcError } from "@deed/sdk";
import { encodeFunctionData, parseAbi } from "viem";

const ERC1271 = parseAbi(["function isValidSignature(bytes32,bytes) view returns (bytes4)"]);
const YES = /^0x1626ba7e0{56}$/;

/** Does a contract wallet call the signature its own now (ERC-1271)? No contract, or a revert, is a no. Errors: RpcError. */
export async function askWallet(
  rpc: Pick<Rpc, "request">,
  question: { readonly wallet: Hex; readonly digest: Hex; readonly signature: Hex },
): Promise<boolean> {
  const { wallet, digest, signature } = question;
  const data = encodeFunctionData({
    abi: ERC1271,
    functionName: "isValidSignature",
    args: [digest, signature],
  });
  try {
    const answer = await rpc.request<Hex>("eth_call", [{ to: wallet, data }, "latest"]);
    return YES.test(answer);
  } catch (error) {
    if (error instanceof RpcError && error.failure.code === "RPC_REFUSED") return false;
    throw error;
  }
}
