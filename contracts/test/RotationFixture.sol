// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Duty } from "../src/libraries/Duty.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice A ledger whose nodes rotate their keys.
/// A key "duty 101" is node 1's second one, "duty 201" its third; so are the action keys.
abstract contract RotationFixture is LedgerFixture {
    uint40 internal noticeSec;

    function setUpRotation() internal {
        setUpLedger(9);
        noticeSec =
            uint40(registry.parameters().leaseMarginSec) + 15 * registry.parameters().confirmations;
    }

    function setActive(uint32 nodeNo, bool active) internal {
        Node memory node = registry.node(nodeNo);
        vm.prank(cold(nodeNo));
        registry.updateNode(nodeNo, node.endpoint, node.caHash, active, "");
    }

    function rotateAs(uint32 nodeNo, uint32 label, uint40 fromSec) external {
        rotateAt(nodeNo, label, fromSec);
    }

    /// @param inSec 0: at once.
    function rotate(uint32 nodeNo, uint32 label, uint40 inSec) internal returns (uint40 fromSec) {
        fromSec = inSec == 0 ? 0 : uint40(block.timestamp) + inSec;
        rotateAt(nodeNo, label, fromSec);
    }

    function rotateAt(uint32 nodeNo, uint32 label, uint40 fromSec) internal {
        (address dutyKey, address actionKey) = (duty(label), action(label));
        bytes memory dutyProof = proofOf("duty ", label, nodeNo, dutyKey, actionKey, fromSec);
        bytes memory actionProof = proofOf("action ", label, nodeNo, dutyKey, actionKey, fromSec);
        vm.prank(cold(nodeNo));
        registry.rotateKeys(nodeNo, dutyKey, actionKey, fromSec, dutyProof, actionProof);
    }

    function proofOf(
        string memory kind,
        uint32 label,
        uint32 nodeNo,
        address dutyKey,
        address actionKey,
        uint40 fromSec
    ) internal returns (bytes memory) {
        (, uint256 privateKey) = account(string.concat(kind, vm.toString(uint256(label))));
        bytes32 structHash = Duty.hashKeyRotation(nodeNo, dutyKey, actionKey, fromSec);
        return signature(privateKey, Owner.digest(registry.domainSeparator(), structHash));
    }

    function duty(uint32 label) internal returns (address who) {
        (who,) = account(string.concat("duty ", vm.toString(uint256(label))));
    }

    function dutyOf(uint32 nodeNo, uint40 sinceSec) internal view returns (address dutyKey) {
        (,, dutyKey) = registry.duty(nodeNo, sinceSec);
    }

    function keysOf(uint32 nodeNo) internal view returns (KeyInterval[] memory keys) {
        (keys,) = registry.keysOf(nodeNo);
    }
}
