"""What the live engine needs from below and above: viewers, sources, executions, versions; and announcements to
hints."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from broadcaster import Broadcast

import models
from app import openid
from app.live.batching import Batched
from app.live.database_watchdog import LOOK, REFUSAL, Contact
from app.live.execution import InHalves, code_of, run, unexpected
from app.live.token_usage import Uses
from app.live.viewers import Speakers, Viewers
from app.settings import Settings
from realtime.backplane import Backplane
from realtime.boards import Source
from realtime.documents import Documents, Operation, Refused
from realtime.graphql_errors import fault
from realtime.groups import Execute
from realtime.hints import Hint
from realtime.hub import Hub
from realtime.interfaces import Socket
from realtime.logs import LogSource
from realtime.redis_hints import RedisHints
from realtime.subscription_limits import Census
from resolvers.accounts import sign_in
from resolvers.session import Announcement, Now, Session, Viewer
from resolvers.signing import Signer
from resolvers.system import Watched
from resolvers.systems import ports, versions
from rules.ip_networks import network
from rules.refusals import Refusal
from schema import COSTS, schema
from schema.live import SHAREABLE
from schema.subscriptions import open_source

RIGHTS_POLL = 2.0  # seconds; with one check, well within the promised 5
DISPLAYS_SEEN = 5.0  # seconds between two looks at which screens are connected
JITTER_SECONDS = 10  # over which clients spread their reconnecting after a restart

log = structlog.get_logger("leitai.live")


def organization_of(key: object) -> UUID:
    """Whose board it is."""
    assert isinstance(key, Watched)
    return key.organization_id


def bearer(value: object) -> str | None:
    """The token of `Bearer …`, from a header or from connection_init's payload."""
    if not isinstance(value, str):
        return None
    scheme, _, token = value.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _sight(viewer: Viewer) -> object:
    """What of a viewer decides what it may see."""
    return viewer.role_grants, viewer.place, viewer.root_id


class LiveEngine:
    unexpected = staticmethod(unexpected)

    def __init__(self, settings: Settings, clock: Now, signer: Signer | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.signer = signer
        self.contact = Contact("versions", "rights")
        self.hub = Hub(versions, lambda: self.contact.heard("versions"))
        self.documents = Documents(
            schema._schema,
            SHAREABLE,
            COSTS,
            introspection=settings.tells_schema,
            suggestions=settings.tells_suggestions,
            share=settings.document_share,
        )
        self.census = Census()
        self.redis = RedisHints(settings.redis_url) if settings.redis_url else None
        broadcast = Broadcast(backend=self.redis) if self.redis else Broadcast("memory://")
        self.backplane = Backplane(broadcast, self.hub.on_hint, local_first=self.redis is not None)
        self.sockets: dict[Socket, Viewer] = {}
        self._of_token: Counter[UUID] = Counter()
        self._of_address: Counter[str] = Counter()
        self._rights = self._looking = -1  # for which all open sockets were looked at; for which they are being
        self._late = False  # somebody signed in while rights moved
        self._lineages: dict[UUID, tuple[UUID, ...]] = {}  # of what is watched, when first opened or last looked at
        self._halves = InHalves(lambda: self.session(None))
        self.viewers = Viewers(clock, self.hub.spawn)
        self.speakers = Speakers(clock, self.viewers.rights, self.hub.spawn)
        self._lines: Batched[UUID, Sequence[models.Organization]] = Batched(
            models.organizations.lineages, self.hub.spawn
        )
        self.uses = Uses()
        self.provider = openid.provider(settings)
        self.ports = ports(self.announce)
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        await self.hub.start()
        await self.backplane.start()
        self._rights = self._looking = await models.sessions.rights_position()
        self.hub.spawn(self._watch_rights())
        self.hub.spawn(self._watch_contact())
        self.hub.spawn(self._see_who_is_here())

    async def stop(self) -> None:
        self._stopping.set()
        await self.hub.stop()
        await self.backplane.stop()
        if self.provider:
            await self.provider.close()

    def announce(self, announcement: Announcement) -> None:
        """After a commit: which boards to look at again."""
        public = "p" if announcement.in_public else ""
        boards = announcement.boards
        topics = {f"{public}{topic}:{one}" for topic, ids in boards.at.items() for one in ids}
        if boards.everything:
            topics.add(f"{public}r:{announcement.root_id}")
        if announcement.display_id:
            topics.add(f"d:{announcement.display_id}")
        self.backplane.publish(Hint.of(topics, announcement.version, time.monotonic()))

    def session(self, viewer: Viewer | None, address: str = "") -> Session:
        public_url = str(self.settings.public_url)
        return Session(viewer, self.clock, self.ports, address, public_url, signer=self.signer, provider=self.provider)

    async def viewer(self, authorization: object) -> Viewer | None:
        token = bearer(authorization)
        found = await sign_in.viewer_of(token, self.clock()) if token else None
        if found is not None:
            self.uses.note(found.token_id)
        return found

    # ------------------------------------------------------------ what sockets ask for

    def admit(self, address: str) -> str | None:
        if self.contact.lost:
            return REFUSAL
        address = network(address)
        if self._of_address[address] >= self.settings.sockets_per_address:
            return "Too many sockets from this address"
        self._of_address[address] += 1
        return None

    def release(self, address: str) -> None:
        address = network(address)
        self._of_address[address] -= 1
        if self._of_address[address] <= 0:
            del self._of_address[address]

    async def connect(self, payload: dict[str, Any], socket: Socket) -> tuple[object, dict[str, Any]]:
        token = bearer(payload.get("authorization", payload.get("Authorization")))
        found = await self.viewers.of(token) if token else None
        if found is None:
            raise PermissionError("Send a valid token as `authorization: Bearer …` in connection_init's payload.")
        viewer, position = found
        if self._of_token[viewer.token_id] >= self.settings.sockets_per_token:
            raise PermissionError(f"This token has {self.settings.sockets_per_token} open sockets; close one.")
        self._of_token[viewer.token_id] += 1
        self.sockets[socket] = viewer
        self.speakers.learn(viewer, position)
        self._late |= position != self._looking
        return viewer, {"reconnectWithinSeconds": JITTER_SECONDS, "serverTime": self.clock().isoformat()}

    def disconnect(self, viewer: object, socket: Socket) -> None:
        assert isinstance(viewer, Viewer)
        self.sockets.pop(socket, None)
        self._of_token[viewer.token_id] -= 1
        if self._of_token[viewer.token_id] <= 0:
            del self._of_token[viewer.token_id]

    def begin(self, viewer: object, operation: Operation) -> None:
        assert isinstance(viewer, Viewer)
        self.census.enter(viewer.token_id, operation)

    def finish(self, viewer: object, operation: Operation) -> None:
        assert isinstance(viewer, Viewer)
        self.census.leave(viewer.token_id, operation)

    def watch(self, viewer: object, board: Hashable, *, instead: bool) -> Callable[[], None]:
        assert isinstance(viewer, Viewer)
        return self.census.watch(viewer.account_id, board, instead=instead)

    # ------------------------------------------------------------ rights that end

    async def _watch_rights(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), RIGHTS_POLL)
            try:
                await self.check_rights()
                self.contact.heard("rights")
            except Exception as error:
                log.warning("rights_not_checked", error=type(error).__name__)

    async def _watch_contact(self) -> None:
        """While nothing is known, no socket stays: a screen that is told shows how old its frame is, and comes back."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK)
            if self.contact.look() and self.sockets:
                log.error("database_lost", sockets=len(self.sockets))
                for socket in list(self.sockets):
                    socket.turn_away(REFUSAL)

    async def _see_who_is_here(self) -> None:
        """Say of the screens that are connected here that they are, and of tokens that they are used."""
        while not self._stopping.is_set():
            connected = {viewer.display_id for viewer in self.sockets.values() if viewer.display_id}
            try:
                if connected:
                    await models.displays.seen(connected, self.clock())
                await self.uses.write([viewer.token_id for viewer in self.sockets.values()], self.clock())
            except Exception as error:
                log.warning("uses_not_written", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), DISPLAYS_SEEN)

    async def check_rights(self) -> None:
        """Look again at every open token, if anything moved or one ran out: a few statements for all of them."""
        position = await models.sessions.rights_position()
        now = self.clock()
        expired = any(viewer.expires_at <= now for viewer in self.sockets.values())
        if position == self._rights and not expired and not self._late:
            return
        self._looking, self._late, sockets = position, False, dict(self.sockets)
        try:
            found = await sign_in.viewers_of({viewer.token_id for viewer in sockets.values()}, now)
            moved = await self._moved()
        except BaseException:
            self._late = True
            raise
        for socket, viewer in sockets.items():
            if self.sockets.get(socket) is not viewer:
                continue  # it left meanwhile
            renewed = found.get(viewer.token_id)
            if renewed is None:
                await socket.renew(None)
                continue
            self.sockets[socket] = renewed
            self.speakers.learn(renewed, position)
            if _sight(renewed) != _sight(viewer):
                await socket.renew(renewed)
            elif moved:
                await socket.renew(renewed, lambda key: organization_of(key) in moved)
        self._rights = position

    async def _moved(self) -> set[UUID]:
        """Watched organizations that hang elsewhere than before: who may see them is asked anew."""
        watched = {organization_of(key) for key in self.hub.keys}
        found = await models.organizations.lineages(watched)
        present = {one: tuple(above.id for above in found.get(one, ())) for one in watched}
        moved = {one for one in watched if self._lineages.get(one) != present[one]}
        self._lineages = present
        return moved

    async def _lineages_of(self, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[models.Organization]]:
        found = {one: await self._lines.get(one) for one in ids}
        return {one: line for one, line in found.items() if line is not None}

    async def open(self, viewer: object, operation: Operation) -> tuple[Source | LogSource, str, Execute, float | None]:
        assert isinstance(viewer, Viewer)
        session = self.session(viewer)
        session.lineages_of = self._lineages_of
        try:
            opening = await open_source(session, operation.field, operation.arguments, shared=operation.shareable)
        except Refusal as refusal:
            raise Refused(fault(code_of(refusal), refusal.message)) from refusal
        organization_id = organization_of(opening.source.key)
        lineage = await session.lineage(organization_id)  # known from opening it
        self._lineages.setdefault(organization_id, tuple(one.id for one in lineage))
        group = operation.normal if operation.shareable else f"{viewer.account_id} {_sight(viewer)}\n{operation.normal}"

        async def execute(value: Any) -> object:
            # A shared frame is made for nobody in particular: what it may hold does not depend on a viewer.
            if operation.shareable:
                return await run(operation, opening.select(value), self.session(None))
            speaker = await self.speakers.now(viewer)
            return await self._halves.run(operation, opening.select(value), self.session(speaker))

        return opening.source, f"{opening.variant}\n{group}", execute, operation.arguments.get("maxPerSecond")
