// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors } from "../interfaces/IRegistry.sol";
import { Duty } from "../libraries/Duty.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title The signature by which a node's duty key binds CA and endpoint. Linked: the registry has no room for it.
library CaBinding {
    uint256 private constant MAX_ENDPOINT_BYTES = 256;

    /// @notice Proves by it, too, that the operator holds the duty key.
    /// Errors: EmptyField, OutOfBounds, BadCaBinding.
    function check(
        bytes32 domainSeparator,
        uint32 operatorNo,
        bytes32 caHash,
        string calldata endpoint,
        address dutyKey,
        bytes calldata caBinding
    ) external pure {
        uint256 length = bytes(endpoint).length;
        require(length > 0, IRegistryErrors.EmptyField("endpoint"));
        require(length <= MAX_ENDPOINT_BYTES, IRegistryErrors.OutOfBounds("endpoint", length));
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            domainSeparator, Duty.hashTlsCaBinding(operatorNo, caHash, endpoint)
        );
        address recovered = Duty.signerOf(digest, caBinding);
        require(recovered == dutyKey, IRegistryErrors.BadCaBinding(recovered, dutyKey));
    }
}
