// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What every contract says that takes a structure with an audit position (spec 01).
interface IAuditErrors {
    /// @notice 2^53 or above: not every reader could keep it exactly.
    error BadAuditSeq(uint64 auditSeq);
}
