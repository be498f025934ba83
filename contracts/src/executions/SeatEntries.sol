// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Faults } from "../disputes/Faults.sol";
import { IExecutionsErrors } from "../interfaces/IExecutions.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";

/// @dev What one seat said, as its entry gives it.
/// @param reportHash Of the report, whose indices are the bits of `fault`.
/// @param signatureAt Where its signature stands among the entries.
struct SeatEntry {
    uint32 nodeNo;
    uint64 auditSeq;
    bytes32 auditHead;
    bytes32 salt;
    uint256 fault;
    uint256 unable;
    bytes32 reportHash;
    uint256 signatureAt;
}

/// @title Verdicts of a committee as `finalise` takes them: one entry per seat, no gaps (spec 06).
/// @notice u32 node | u64 auditSeq | auditHead | salt | signature65 | u16 faults | u8 unables | report | unable,
/// where `report` has six bytes per fault, and `unable` is there, and not zero, when `unables` is 1.
library SeatEntries {
    uint256 private constant SIGNATURE_BYTES = 65;
    uint256 private constant HEAD_BYTES = 144;
    uint256 private constant SIGNATURE = 76;
    uint256 private constant REPORT_ENTRY_BYTES = 6;

    /// @notice All entries; `count` of them, and nothing else.
    function read(bytes calldata entries, uint256 count)
        internal
        pure
        returns (SeatEntry[] memory all)
    {
        all = new SeatEntry[](count);
        uint256 offset;
        for (uint256 seat; seat < count; ++seat) {
            offset = _read(entries, offset, seat, count, all[seat]);
        }
        require(count != 0, IExecutionsErrors.WrongSeatCount(0, 0));
        require(offset == entries.length, IExecutionsErrors.WrongSeatCount(count + 1, count));
    }

    function signatureOf(SeatEntry memory entry, bytes calldata entries)
        internal
        pure
        returns (bytes calldata)
    {
        return entries[entry.signatureAt:entry.signatureAt + SIGNATURE_BYTES];
    }

    /// @notice The bits that a report names: one entry per fault, ascending: u16 index, u16 leaf, u16 fault.
    /// @return valid False when the report is malformed.
    /// @return fault The bits; zero of a malformed one.
    function faultsOf(bytes calldata report) internal pure returns (bool valid, uint256 fault) {
        for (uint256 offset; offset < report.length; offset += REPORT_ENTRY_BYTES) {
            if (offset + REPORT_ENTRY_BYTES > report.length) return (false, 0);
            uint256 index = uint16(bytes2(report[offset:offset + 2]));
            uint256 named = uint16(bytes2(report[offset + 4:offset + 6]));
            if (index > 255 || named == 0 || named > Faults.LAST_OF_RECORD) return (false, 0);
            // Nothing at or above this index was named before.
            if (fault >> index != 0) return (false, 0);
            fault |= 1 << index;
        }
        return (true, fault);
    }

    function _read(
        bytes calldata entries,
        uint256 offset,
        uint256 seat,
        uint256 count,
        SeatEntry memory entry
    ) private pure returns (uint256 end) {
        require(
            offset + HEAD_BYTES <= entries.length, IExecutionsErrors.WrongSeatCount(seat, count)
        );
        uint256 sizes;
        assembly ("memory-safe") {
            let from := add(entries.offset, offset)
            let numbers := calldataload(from)
            mstore(entry, shr(224, numbers))
            mstore(add(entry, 0x20), and(shr(160, numbers), 0xffffffffffffffff))
            // Audit head and salt follow each other.
            calldatacopy(add(entry, 0x40), add(from, 12), 0x40)
            mstore(add(entry, 0xe0), add(offset, SIGNATURE))
            sizes := shr(232, calldataload(add(from, 141)))
        }
        AuditPosition.check(entry.auditSeq);
        uint256 reportAt = offset + HEAD_BYTES;
        uint256 unables = sizes & 0xff;
        end = reportAt + (sizes >> 8) * REPORT_ENTRY_BYTES;
        require(
            unables <= 1 && end + unables * 32 <= entries.length,
            IExecutionsErrors.WrongSeatCount(seat, count)
        );
        bool valid;
        (valid, entry.fault) = faultsOf(entries[reportAt:end]);
        require(valid, IExecutionsErrors.BadReport(seat));
        entry.reportHash = keccak256(entries[reportAt:end]);
        if (unables == 1) {
            entry.unable = uint256(bytes32(entries[end:end + 32]));
            // One verdict has one entry.
            require(entry.unable != 0, IExecutionsErrors.BadReport(seat));
            end += 32;
        }
    }
}
