// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IERC1271 } from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title What a contract wallet says of a signature at this moment (ERC-1271).
library OwnerSignature {
    /// @dev A wallet that burns all gas would take a whole batch down with it.
    uint256 internal constant GAS = 100_000;

    /// @notice Never reverts and copies no more than one word of the answer.
    function isValidNow(address wallet, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool valid)
    {
        if (wallet.code.length == 0) return false;
        bytes memory question = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 expected = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            let answered := staticcall(GAS, wallet, add(question, 0x20), mload(question), 0, 0x20)
            valid := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0), expected))
        }
    }
}
