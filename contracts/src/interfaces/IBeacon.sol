// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface IBeaconTypes {
    /// @notice How an operator did its duties of late. Away: it was silent, and has not said that it is back.
    /// OnProbation: it was silent, and has given fewer than 100 preimages since.
    enum Standing {
        Good,
        OnProbation,
        Away
    }
}

interface IBeaconErrors {
    error NotExecutions(address sender);
    error NotDisputes(address sender);
    error NotAway(uint32 operatorNo);
    error NotCold(uint32 operatorNo, address sender);
    error RoundNotOpen(uint40 round);
    error WrongRound(uint40 given, uint40 current);
    error BadPreimage(uint32 operatorNo);
    error WindowOpen(uint256 untilSec);
    error NobodyRevealed(uint40 round);
    error BadTip(uint32 operatorNo);
    error NotAMember(uint32 operatorNo);
    error LengthsDiffer(uint256 operators, uint256 preimages);
}

interface IBeaconEvents {
    event ChainCommitted(uint32 indexed operatorNo, bytes32 tip);
    /// @notice A round opens at `openBlock`, or at the block that the last such event of the round names, but not
    /// before the round before it has closed; nodes give out its preimages from then on.
    event RoundAssigned(uint40 indexed round, uint40 openBlock);
    /// @notice It was silent, and no round from `fromRound` on counts on it until it is back.
    event WentAway(uint32 indexed operatorNo, uint40 fromRound);
    event CameBack(uint32 indexed operatorNo);
    event PreimagesRevealed(uint40 indexed round, uint32[] operatorNos, bytes32[] preimages);
    event RoundClosed(uint40 indexed round, bytes27 seed, uint32[] missing);
}

/// @title Beacon: a source of randomness that did not exist when a record was posted (spec 05).
interface IBeacon is IBeaconTypes, IBeaconErrors, IBeaconEvents {
    /// @notice Executions only: the round that decides about what is recorded in this block.
    function assign() external returns (uint40 round);
    /// @notice Disputes only: the operator was silent where a duty was. It is away from then on.
    /// @return before Its standing until now: of one that was away already, this is the same outage.
    function silent(uint32 operatorNo) external returns (Standing before);
    /// @notice By the action key of a node of an operator that is away.
    function comeBack() external;
    function isAway(uint32 operatorNo) external view returns (bool);
    /// @return seed Zero while the round is not closed.
    function seedOf(uint40 round) external view returns (bytes27 seed, uint40 closedAtSec);
    function currentRound()
        external
        view
        returns (uint40 round, uint40 openBlock, uint40 openedAtSec, bool waiting);
}

/// @title The default beacon: one hash chain per operator.
interface IHashChainBeacon is IBeacon {
    /// @notice Cold key only: tip = H^65536(secret). Counts from the next round whose members are fixed. A round that
    /// is open still counts on the old chain; until it has given its preimage to it, the new one waits.
    function commitChain(uint32 operatorNo, bytes32 tip) external;
    /// @notice By anyone: preimages authenticate themselves. The round closes when every member's is there.
    function reveal(uint40 round, uint32[] calldata operatorNos, bytes32[] calldata preimages)
        external;
    /// @notice By anyone when the beacon window is over: closes with the preimages that are on-chain. The
    /// first transaction that finds a round open starts its window. With no preimage there at the end, the members
    /// are taken anew, if the generation or the chains changed since.
    function closeRound(uint40 round) external;
    /// @return anchor What its chain was when it was last written on its own.
    /// @return usedPreimages How many it gave of this chain.
    /// @return behind How many it gave since then together with its cohort: the preimage that it owes next is
    /// `behind + 1` steps before `anchor`.
    function tipOf(uint32 operatorNo)
        external
        view
        returns (bytes32 anchor, uint32 usedPreimages, uint32 behind);
    /// @return tip Of the chain that waits until the present one has given its preimage to the open round; 0: none.
    function nextTipOf(uint32 operatorNo) external view returns (bytes32 tip);
    /// @notice Operators whose preimage the current round needs, or would need if it opened now.
    function members() external view returns (uint32[] memory operatorNos);
    function hasRevealed(uint40 round, uint32 operatorNo) external view returns (bool);
}
