// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Faults } from "../disputes/Faults.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Book, Books } from "./Book.sol";
import { Jail } from "./Jail.sol";
import { Members } from "./Members.sol";

/// @title The registry's money: bonds, frozen slashes, insurance.
/// @notice At any time bonds + frozen + insurance = deposited − paid out.
abstract contract Bonds is Members {
    using Books for Book;

    uint256 private constant ALL_BPS = 10_000;
    /// @dev A fifth of a slash goes to the reporter.
    uint256 private constant REPORTER_DIVISOR = 5;

    uint128 private _frozenWei;
    uint128 private _insuranceWei;
    uint256 private _slashCount;
    mapping(uint256 slashNo => Slash) private _slashes;

    /// @inheritdoc IRegistry
    function depositBond(uint32 operatorNo) external payable {
        _requirePresent(operatorNo);
        Operator storage bonded = _book.operators[operatorNo];
        uint256 bondWei = bonded.bondWei + msg.value;
        uint256 minimumWei = _book.parameters.minBondWei;
        require(bondWei >= minimumWei, BondTooSmall(bondWei, minimumWei));
        require(bondWei <= type(uint128).max, OutOfBounds("bondWei", bondWei));
        bonded.bondWei = uint128(bondWei);
        emit BondDeposited(operatorNo, msg.value, bondWei);
    }

    /// @inheritdoc IRegistry
    function withdrawBond(uint32 operatorNo) external {
        _book.requireKnown(operatorNo);
        Operator storage leaving = _book.operators[operatorNo];
        // The cold key may be lost: to whom the money goes does not depend on who asks.
        if (msg.sender != leaving.payout) _book.requireCold(operatorNo);
        OperatorStatus status = leaving.status;
        // A reporter's share may come after the exit, hence Exited too.
        require(
            status == OperatorStatus.Exiting || status == OperatorStatus.Exited,
            WrongStatus(operatorNo, _statusOf(operatorNo))
        );
        uint256 exitAtSec = _freeAtSec(operatorNo);
        require(exitAtSec != 0, NotYet(type(uint40).max));
        require(block.timestamp >= exitAtSec, NotYet(exitAtSec));
        uint256 amountWei = leaving.bondWei;
        leaving.bondWei = 0;
        if (status == OperatorStatus.Exiting) {
            leaving.status = OperatorStatus.Exited;
            emit OperatorStatusChanged(operatorNo, OperatorStatus.Exited, 0, 0);
        }
        emit BondWithdrawn(operatorNo, amountWei);
        address payout = leaving.payout;
        require(_send(payout, amountWei), TransferFailed(payout, amountWei));
    }

    /// @inheritdoc IRegistry
    function slash(uint32 operatorNo, uint32 reporterNo, uint16 fault, uint16 bps)
        external
        returns (uint256 amountWei)
    {
        require(msg.sender == _disputes || msg.sender == _executions, NotLedger(msg.sender));
        _book.requireKnown(operatorNo);
        require(bps <= ALL_BPS, OutOfBounds("bps", bps));
        Operator storage guilty = _book.operators[operatorNo];
        amountWei = uint256(guilty.bondWei) * bps / ALL_BPS;
        // The share is at most the whole, so both casts hold.
        guilty.bondWei -= uint128(amountWei);
        _frozenWei += uint128(amountWei);
        uint256 slashNo = ++_slashCount;
        _slashes[slashNo] = Slash({
            operatorNo: operatorNo,
            reporterNo: reporterNo,
            settleAtSec: uint40(block.timestamp + _book.parameters.slashDelaySec),
            amountWei: uint128(amountWei)
        });
        emit Slashed(operatorNo, reporterNo, fault, amountWei, slashNo);
        if (Faults.isGrave(fault)) Jail.impose(_book, operatorNo, fault);
    }

    /// @inheritdoc IRegistry
    function settleSlash(uint256 slashNo) external {
        Slash memory due = _slashes[slashNo];
        require(due.operatorNo != 0, UnknownSlash(slashNo));
        require(block.timestamp >= due.settleAtSec, NotYet(due.settleAtSec));
        delete _slashes[slashNo];
        address payout = _book.operators[due.reporterNo].payout;
        uint128 shareWei = payout == address(0) ? 0 : uint128(due.amountWei / REPORTER_DIVISOR);
        _frozenWei -= due.amountWei;
        _insuranceWei += due.amountWei - shareWei;
        // Neither a payout address that refuses nor a caller that is stingy with gas can block this or
        // take the share away: it then goes to the reporter's bond.
        bool paid = shareWei == 0 || _send(payout, shareWei);
        if (!paid) _book.operators[due.reporterNo].bondWei += shareWei;
        emit SlashSettled(slashNo, shareWei, due.amountWei - shareWei, !paid);
    }

    /// @inheritdoc IRegistry
    function holdSlash(uint256 slashNo, uint40 untilSec) external {
        Slash storage held = _slashes[slashNo];
        require(held.operatorNo != 0, UnknownSlash(slashNo));
        _requireRestriction(untilSec, held.settleAtSec, GUARDED_SEC);
        held.settleAtSec = untilSec;
        emit SlashHeld(slashNo, untilSec);
    }

    /// @inheritdoc IRegistry
    function payInsurance(address to, uint256 amountWei, bytes32 reasonHash) external onlyCouncil {
        require(amountWei <= _insuranceWei, OutOfBounds("amountWei", amountWei));
        _insuranceWei -= uint128(amountWei);
        emit InsurancePaid(to, amountWei, reasonHash);
        require(_send(to, amountWei), TransferFailed(to, amountWei));
    }

    /// @inheritdoc IRegistry
    function slashOf(uint256 slashNo) external view returns (Slash memory) {
        return _slashes[slashNo];
    }

    /// @inheritdoc IRegistry
    function slashCount() external view returns (uint256) {
        return _slashCount;
    }

    /// @inheritdoc IRegistry
    function frozenWei() external view returns (uint256) {
        return _frozenWei;
    }

    /// @inheritdoc IRegistry
    function insuranceWei() external view returns (uint256) {
        return _insuranceWei;
    }

    /// @dev Copies nothing of what the receiver returns.
    function _send(address to, uint256 amountWei) private returns (bool sent) {
        assembly ("memory-safe") {
            sent := call(gas(), to, amountWei, 0, 0, 0, 0)
        }
    }
}
