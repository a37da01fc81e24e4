"""Every sentence of the tablet's pages, in both languages at once.

The page is kept on the tablet and opened without a network, so it carries the words of each
language that a member may switch to. Plural forms as in ``map_static.words``.
"""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from map_static.field_record_words import record_words
from map_static.field_walk_words import walk_words


def field_words() -> dict[str, dict[str, str]]:
    """By language code as in ``settings.LANGUAGES``: all sentences by key."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = _shell() | walk_words() | record_words()
    return found


def _shell() -> dict[str, str]:
    return {
        "unit.metres": _("{n} m"),
        "unit.kilometres": _("{n} km"),
        "time.now": _("just now"),
        "field.close": _("Close"),
        "field.back": _("Back"),
        "field.reload": _("Load again"),
        "field.status": _("State of this tablet"),
        "field.settings": _("Settings"),
        "field.sheet": _("Panel of the app"),
        "field.grip": _("Change the height of the panel"),
        "field.recording": _("Recording"),
        "field.unsent_one": _("{n} unsent"),
        "field.unsent_other": _("{n} unsent"),
        "field.all_sent": _("All sent"),
        "field.offline": _("No network"),
        "field.told.title": _("New for you"),
        "field.told.seen": _("Seen"),
        "field.told.not_noted": _("There is no network: it stays here until you press again."),
        "field.signed_out": _("Sign in to send"),
        "field.kept": _("Storage protected"),
        "field.may_go": _("Storage not protected"),
        "field.language": _("Language"),
        "field.look": _("Look"),
        "field.look_system": _("System"),
        "field.look_light": _("Light"),
        "field.look_dark": _("Dark"),
        "field.look_night": _("Night red"),
        "field.storage": _("On this tablet"),
        "field.storage_kept": _("The browser promised to keep what is on this tablet."),
        "field.storage_may_go": _(
            "The browser may delete what is on this tablet when it runs out of room. Send "
            "often, and install the app on the home screen: then browsers usually keep it."
        ),
        "field.storage_unknown": _(
            "This browser does not say whether it keeps what is on this tablet. Send often."
        ),
        "field.ask_to_keep": _("Ask the browser again"),
        "field.room": _("{used} MB of {most} MB used"),
        "field.fetched": _("Fetched from the office: {when}"),
        "field.never_fetched": _("Nothing was fetched from the office yet."),
        "field.version": _("Version {version}"),
        "field.member": _("Signed in"),
        "field.is_you": _("This tablet is used by {name}."),
        "field.sign_out": _("Sign out"),
        "field.sending": _("Sending what is left…"),
        "field.end_walk_first": _("A walk is being recorded. End it first, then sign out."),
        "field.unsent_stays_one": _(
            "{n} record could not be sent. It stays on this tablet under {name}, nobody else "
            "sees it, and it is sent when {name} signs in here again."
        ),
        "field.unsent_stays_other": _(
            "{n} records could not be sent. They stay on this tablet under {name}, nobody "
            "else sees them, and they are sent when {name} signs in here again."
        ),
        "field.stay": _("Stay signed in"),
        "field.sign_out_anyway": _("Sign out all the same"),
        "field.sign_in": _("Sign in"),
        "field.set_up": _("Set it up"),
        "field.sign_in_head": _("Who uses this tablet?"),
        "field.sign_in_text": _(
            "Sign in to load your cells, cases and visits. After that the app opens without "
            "a network, too."
        ),
        "field.sign_in_offline": _(
            "There is no connection to the server. Signing in needs one: look for a network, "
            "then try again."
        ),
        "field.waits_one": _(
            "{n} record of {name} waits on this tablet and is sent when {name} signs in here."
        ),
        "field.waits_other": _(
            "{n} records of {name} wait on this tablet and are sent when {name} signs in here."
        ),
        "field.storage_full": _(
            "Not saved: this tablet has no room left. What you wrote is still on the screen. "
            "Delete photos or files you no longer need, then save again."
        ),
        "field.no_room_to_fetch": _(
            "This tablet has no room for what the office sent. What you recorded is safe. Delete"
            " photos or files you no longer need."
        ),
        "field.not_saved": _(
            "Not saved: this tablet's storage did not answer. What you wrote is still on the "
            "screen. Save again, or load the page again."
        ),
        "field.storage_broken": _(
            "This tablet's storage cannot be opened: {message} Close other tabs of Gridwalk "
            "and load the page again."
        ),
        "field.other_tab_old": _(
            "An older page of Gridwalk is open in another tab. Close it, so that this one "
            "can go on."
        ),
        "field.page_old": _(
            "A newer version runs in another tab. Load this page again; nothing is lost."
        ),
        "field.homes_gone": _(
            "This tablet heard nothing from the server for a week: doors to visit were taken off"
            " it. They come again with a network."
        ),
        "field.evicted": _(
            "The browser deleted what this tablet had kept. Nothing unsent was lost; "
            "everything is fetched anew."
        ),
        "field.evicted_unsent_one": _(
            "The browser deleted what this tablet had kept, with {n} record that was not "
            "sent. It is lost: please record it again and tell the office."
        ),
        "field.evicted_unsent_other": _(
            "The browser deleted what this tablet had kept, with {n} records that were not "
            "sent. They are lost: please record them again and tell the office."
        ),
        "field.session_over": _(
            "Your session has ended. Everything is kept on this tablet and is sent when you "
            "sign in again."
        ),
        "field.second_factor": _(
            "Your role needs a second factor. Everything is kept on this tablet and is sent "
            "when you have set it up."
        ),
        "field.other_member": _(
            "{other} is signed in in this browser. What {name} recorded stays here and is "
            "sent when {name} signs in again."
        ),
        "field.too_old": _(
            "The server needs a newer version of this app. Everything is kept here; load the "
            "page again when there is a good network."
        ),
        "field.wrong_device": _(
            "The server knows this tablet under another member's name. Nothing is lost: "
            "everything is kept here. Please tell an administrator."
        ),
        "field.server_full": _(
            "The server has no room left. Everything is kept on this tablet and is sent when "
            "there is room. Please tell an administrator."
        ),
        "field.not_ours": _(
            "This network answers with a page of its own. Open a web page to sign in to the "
            "network; everything is kept on this tablet."
        ),
        "field.not_secure": _(
            "Without https this app cannot be kept on the tablet and does not open without a "
            "network. Ask an administrator for the https address."
        ),
        "field.no_worker": _(
            "The app could not be kept on this tablet: {message} Load the page again when "
            "there is a good network."
        ),
        "field.new_version": _("A new version is ready. What is unsent stays."),
        "field.update_now": _("Update now"),
    }
