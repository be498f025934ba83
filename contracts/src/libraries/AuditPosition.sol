// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "../interfaces/IAudit.sol";

/// @title The audit position that a signed structure carries (spec 01).
library AuditPosition {
    /// @dev Whoever reads the ledger may keep positions as doubles do: exact below this, and not beyond.
    uint64 internal constant LIMIT = 2 ** 53;

    function check(uint64 auditSeq) internal pure {
        require(auditSeq < LIMIT, IAuditErrors.BadAuditSeq(auditSeq));
    }
}
