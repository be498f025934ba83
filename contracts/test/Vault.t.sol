// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Vault } from "../src/Vault.sol";
import { IVaultErrors, IVaultEvents } from "../src/interfaces/IGateway.sol";
import { GatewayFixture } from "./GatewayFixture.sol";
import { Counter, Stubborn } from "./GatewayTargets.sol";
import { Wallet } from "./IntentsFixture.sol";
import { ERC1155 } from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

contract Coin is ERC20("Coin", "C") {
    constructor() {
        _mint(msg.sender, 100);
    }
}

contract Badge is ERC721("Badge", "B") {
    function give(address to, uint256 id) external {
        _safeMint(to, id);
    }
}

contract Goods is ERC1155("") {
    function give(address to) external {
        _mint(to, 1, 5, "");
        uint256[] memory both = new uint256[](2);
        (both[0], both[1]) = (2, 3);
        _mintBatch(to, both, both, "");
    }
}

/// @notice A vault is its owner's, with or without the gateway.
contract VaultTest is GatewayFixture, IVaultErrors, IVaultEvents {
    Vault private vault;

    function setUp() public {
        setUpGateway();
        vault = Vault(payable(gateway.createVault(alice)));
    }

    function test_AVaultStandsWhereItWasForetold() public {
        assertEq(address(vault), gateway.vaultOf(alice), "address");
        assertEq(vault.owner(), alice, "owner");
        assertEq(gateway.createVault(alice), address(vault), "made once");
        assertEq(vaultImplementation.owner(), address(0), "the implementation is nobody's");
    }

    function test_MoneyArrivesBeforeTheVaultIsMade() public {
        address later = gateway.vaultOf(address(0xB0B));
        vm.deal(later, 3 ether);
        assertEq(gateway.createVault(address(0xB0B)), later, "made");
        assertEq(later.balance, 3 ether, "still there");
    }

    function test_TheOwnerTakesEverythingOut() public {
        vm.deal(address(this), 2 ether);
        vm.expectEmit(address(vault));
        emit Received(address(this), 2 ether);
        (bool sent,) = address(vault).call{ value: 2 ether }("");
        assertTrue(sent, "deposit");
        Coin coin = new Coin();
        coin.transfer(address(vault), 40);
        vm.startPrank(alice);
        vault.execute(alice, 2 ether, "");
        bytes memory returned =
            vault.execute(address(coin), 0, abi.encodeCall(coin.transfer, (alice, 40)));
        assertEq(abi.decode(returned, (bool)) ? 1 : 0, 1, "what the target returned");
        assertEq(alice.balance, 2 ether, "money");
        assertEq(coin.balanceOf(alice), 40, "coins");
    }

    function test_AVaultHoldsEveryKindOfToken() public {
        Badge badge = new Badge();
        Goods goods = new Goods();
        badge.give(address(vault), 9);
        goods.give(address(vault));
        vm.startPrank(alice);
        vault.execute(
            address(badge), 0, abi.encodeCall(badge.transferFrom, (address(vault), alice, 9))
        );
        vault.execute(
            address(goods),
            0,
            abi.encodeCall(goods.safeTransferFrom, (address(vault), alice, 2, 2, ""))
        );
        assertEq(badge.ownerOf(9), alice, "badge");
        assertEq(goods.balanceOf(alice, 2), 2, "goods");
    }

    function test_AContractOwnsAVault() public {
        Wallet wallet = new Wallet(alice);
        Vault held = Vault(payable(gateway.createVault(address(wallet))));
        vm.deal(address(held), 1 ether);
        wallet.run(address(held), abi.encodeCall(held.execute, (address(wallet), 1 ether, "")));
        assertEq(address(wallet).balance, 1 ether, "taken out");
    }

    function test_Revert_WhenAStrangerUsesAVault() public {
        vm.expectRevert(abi.encodeWithSelector(NotAllowed.selector, address(this)));
        vault.execute(address(1), 0, "");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(NotAllowed.selector, alice));
        vaultImplementation.execute(address(1), 0, "");
    }

    function test_Revert_WhenThereIsNoCodeToCall() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(NoCode.selector, address(0xF00D)));
        vault.execute(address(0xF00D), 0, hex"12345678");
    }

    function test_Revert_WhenTheTargetReverts() public {
        Stubborn target = new Stubborn();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Stubborn.NotYetReady.selector, 7));
        vault.execute(address(target), 0, abi.encodeCall(target.poke, ()));
    }
}

/// @notice Acts at random on a few executions, again and again.
contract Doer is GatewayFixture {
    uint256 public constant ACTIONS = 6;
    Counter public counter;
    Action[] private _actions;

    function start() external {
        setUpGateway();
        counter = new Counter();
        for (uint256 i; i < ACTIONS; ++i) {
            _actions.push(permitted(address(counter), 0, abi.encodeCall(Counter.add, (1))));
        }
    }

    function actOn(uint8 first, uint8 second) external {
        Action[] memory list = new Action[](2);
        list[0] = _actions[first % ACTIONS];
        list[1] = _actions[second % ACTIONS];
        vm.prank(action(NODE));
        gateway.act(list);
    }

    function starve(uint8 which, uint256 gasGiven) external {
        Action[] memory list = new Action[](1);
        list[0] = _actions[which % ACTIONS];
        vm.prank(action(NODE));
        gateway.act{ gas: bound(gasGiven, 50_000, 700_000) }(list);
    }

    function toggle(uint8 which) external {
        uint64 batchNo = _actions[which % ACTIONS].batchNo;
        leases.set(batchNo, NODE, which % 2 == 0);
    }

    function doneCount() external view returns (uint256 count) {
        for (uint256 i; i < ACTIONS; ++i) {
            if (gateway.isDone(_actions[i].item.executionId, STEP)) ++count;
        }
    }
}

contract GatewayInvariantTest is GatewayFixture {
    Doer private doer;

    function setUp() public {
        doer = new Doer();
        doer.start();
        bytes4[] memory selectors = new bytes4[](3);
        selectors[0] = Doer.actOn.selector;
        selectors[1] = Doer.starve.selector;
        selectors[2] = Doer.toggle.selector;
        targetContract(address(doer));
        targetSelector(address(doer), selectors);
    }

    function invariant_OneEffectForEachStepOfAnExecution() public view {
        assertEq(doer.counter().total(), doer.doneCount(), "effects");
    }
}
