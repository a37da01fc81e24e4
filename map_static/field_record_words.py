"""Sentences of the tablet's screens about records: cases, lamps, visits, what became of them."""

from django.utils.translation import gettext as _


def record_words() -> dict[str, str]:
    """All of them by key, in the language in force."""
    return (
        _common()
        | _photos()
        | _cases()
        | _places()
        | _lamps()
        | _visits()
        | _status()
        | _conflicts()
    )


def _common() -> dict[str, str]:
    return {
        "field.rec.not_sent": _("Not sent yet"),
        "field.rec.saved": _("Saved on this tablet. It will be sent."),
    }


def _photos() -> dict[str, str]:
    return {
        "field.photo.title": _("Photo {n}"),
        "field.photo.take": _("Take a photo"),
        "field.photo.another": _("Another photo"),
        "field.photo.look": _("Look at photo {n}"),
        "field.photo.remove": _("Remove photo {n}"),
        "field.photo.remove_this": _("Remove this photo"),
        "field.photo.keep": _("Keep it"),
        "field.photo.unreadable": _(
            "This picture cannot be read here. Take it with the camera instead."
        ),
    }


def _cases() -> dict[str, str]:
    return {
        "field.case.what": _("What is wrong?"),
        "field.case.no_categories": _(
            "The list of categories is not on this tablet yet. It comes with the first "
            "connection to the server."
        ),
        "field.case.report": _("Report a case"),
        "field.case.other_category": _("Another category"),
        "field.case.resumed": _("You began this report earlier; it was kept."),
        "field.case.anew": _("Start anew"),
        "field.case.photos": _("Photos"),
        "field.case.alike": _("Is it one of these?"),
        "field.case.alike_hint": _("They are open, near, and of the same category."),
        "field.case.confirm": _("It is the same: I see it too"),
        "field.case.description": _("What you see"),
        "field.case.description_hint": _(
            "About the place; nothing about people. You can leave this empty."
        ),
        "field.case.whereabouts": _("Street and number, or what stands there"),
        "field.case.of_visit": _(
            "The case names the building and what is to be mended, and nothing about the household."
        ),
        "field.case.save": _("Save the report"),
        "field.case.missing_category": _("Choose what is wrong"),
        "field.case.missing_lamp": _("Say which lamp it is"),
        "field.case.missing_place": _("Say where it is"),
        "field.case.due": _("due {time}"),
        "field.case.overdue_since": _("overdue since {time}"),
        "field.case.reported": _("Reported {time}"),
        "field.case.photo_count_one": _("{n} photo"),
        "field.case.photo_count_other": _("{n} photos"),
        "field.case.gone": _("This case is no longer on this tablet"),
        "field.case.gone_hint": _(
            "It has ended, or somebody else looks after it now. Nothing of yours is lost: see "
            "“State of this tablet”."
        ),
        "field.case.edit": _("Correct details"),
        "field.case.edit_title": _("Correct case #{number}"),
        "field.case.place_hint": _("Tap the map where it is, if the place is wrong."),
        "field.case.place_moved": _("The place is moved to where you tapped."),
        "field.case.save_changes": _("Save the changes"),
        "field.case.note": _("Say it in a sentence"),
        "field.case.note_optional": _("A word about it, if there is something to say"),
        "field.case.note_hint": _("About the place and the work; nothing about people."),
        "field.case.say_why": _("Say why in a sentence. Nothing was saved yet."),
        "field.case.verify_hint": _(
            "This may have to be verified on site: stand there with your position on, or "
            "take a photo."
        ),
    }


def _places() -> dict[str, str]:
    return {
        "field.place.title": _("Where is it?"),
        "field.place.here": _("Where I stand"),
        "field.place.on_map": _("On the map"),
        "field.place.tap": _("Tap the map, or move the pin with the arrow keys."),
        "field.place.waiting": _("Waiting for your position…"),
        "field.place.denied": _(
            "This app is not allowed to see your position. Allow it in the browser's settings "
            "for this site, or tap the place on the map."
        ),
        "field.place.unavailable": _("Your position was not found. Tap the place on the map."),
        "field.place.unsupported": _("This device gives no position. Tap the place on the map."),
        "field.place.by_here": _("Where you stand, to {metres}"),
        "field.place.by_map": _("At the place chosen on the map"),
        "field.place.by_lamp": _("At the lamp"),
    }


def _lamps() -> dict[str, str]:
    return {
        "field.lamp.which": _("Which lamp is it?"),
        "field.lamp.which_hint": _(
            "The number is on the pole. You can also tap the lamp on the map."
        ),
        "field.lamp.named": _("Lamp {number}"),
        "field.lamp.unknown": _("I do not know"),
        "field.lamp.none_near": _("No lamp is known near this place."),
        "field.lamp.gone": _("This lamp is not on this tablet"),
        "field.lamp.gone_hint": _("It lies outside your cells, or was taken away."),
        "field.lamp.cases": _("Open cases"),
        "field.lamp.report": _("Report something about it"),
        "field.lamp.lit": _("It is lit"),
        "field.lamp.dark": _("It is dark"),
        "field.lamp.saved_lit": _("Saved: the lamp is lit. A wrong tap? Tap the other."),
        "field.lamp.saved_dark": _("Saved: the lamp is dark. A wrong tap? Tap the other."),
        "field.lamp.state_lit": _("lit"),
        "field.lamp.state_dark": _("dark"),
        "field.lamp.state_working": _("working"),
        "field.lamp.state_faulty": _("faulty"),
        "field.lamp.state_unknown": _("nobody has said whether it works"),
        "field.lamp.seen": _("seen {time}"),
        "field.lamp.never_seen": _("nobody has looked at it yet"),
    }


def _visits() -> dict[str, str]:
    return {
        "field.visit.list": _("Doors to visit"),
        "field.visit.none": _(
            "No visit is due on this tablet. Visits come with the next connection to the server."
        ),
        "field.visit.overdue": _("Overdue"),
        "field.visit.today": _("Today"),
        "field.visit.week": _("In the next days"),
        "field.visit.recorded": _("Recorded here, not sent yet"),
        "field.visit.last": _("last: {state}"),
        "field.visit.door": _("{address} · {door}"),
        "field.visit.any_time": _("any time"),
        "field.visit.planned": _("Planned for {day}"),
        "field.visit.done": _("Visit made"),
        "field.visit.nobody_home": _("Nobody home"),
        "field.visit.declined": _("Visit declined"),
        "field.visit.may_stay_open": _("may stay open"),
        "field.visit.unanswered_one": _("{n} question must still be answered."),
        "field.visit.unanswered_other": _("{n} questions must still be answered."),
        "field.visit.gone": _("This visit is no longer on the list"),
        "field.visit.gone_hint": _(
            "It was recorded, the household withdrew, or it is not in your care."
        ),
        "field.visit.made": _("The visit is recorded"),
        "field.visit.follow_up": _("Report what is to be mended:"),
        "field.visit.no_report": _("Done"),
    }


def _status() -> dict[str, str]:
    return {
        "field.status.title": _("State of this tablet"),
        "field.status.unsent_one": _("{n} record is not sent yet."),
        "field.status.unsent_other": _("{n} records are not sent yet."),
        "field.status.asking_one": _("{n} needs you"),
        "field.status.asking_other": _("{n} need you"),
        "field.status.photos_waiting_one": _("{n} photo on its way"),
        "field.status.photos_waiting_other": _("{n} photos on their way"),
        "field.status.photos": _("{sent} of {all} photos sent"),
        "field.status.photos_lost_one": _(
            "{n} photo could not be taken in. Take it again if it still matters."
        ),
        "field.status.photos_lost_other": _(
            "{n} photos could not be taken in. Take them again if they still matter."
        ),
        "field.status.contact": _("Last answer of the server: {time}"),
        "field.status.no_contact": _("The server has not answered since the app was opened."),
        "field.status.send": _("Send now"),
        "field.status.nothing": _(
            "Nothing was recorded on this tablet yet. What you record appears here."
        ),
        "field.status.other_tablet": _("Changed by two people, sent from another tablet"),
        "field.status.kind_decide": _("Decision between two versions"),
        "field.status.waiting": _("To be sent"),
        "field.status.held": _("Waiting for something else"),
        "field.status.conflict": _("Changed by two people"),
        "field.status.rejected": _("Not taken in"),
        "field.status.delivered": _("Arrived"),
        "field.status.more_one": _("and {n} more"),
        "field.status.more_other": _("and {n} more"),
        "field.status.mend": _("Correct it and send it again"),
        "field.status.look": _("Look at the case"),
        "field.status.leave": _("Leave it to the office"),
        "field.status.noted": _("Noted"),
        "field.status.left": _("Left to the office, which has it in its list."),
        "field.status.sent_again": _("Corrected and sent again."),
        "field.status.kind_patrol": _("Patrol"),
        "field.status.kind_report": _("Case: {category}"),
        "field.status.kind_confirm": _("Case #{number}: seen too"),
        "field.status.kind_step": _("Case #{number}: {step}"),
        "field.status.kind_edit": _("Case #{number} changed"),
        "field.status.kind_lamp_lit": _("Lamp {number}: lit"),
        "field.status.kind_lamp_dark": _("Lamp {number}: dark"),
        "field.status.kind_visit": _("Visit: {state}"),
        "field.status.kind_visit_at": _("Visit {door}: {state}"),
    }


def _conflicts() -> dict[str, str]:
    return {
        "field.conflict.of": _("Case #{number}: {field}"),
        "field.conflict.here": _("Somebody else changed this case too. Both versions are kept."),
        "field.conflict.look": _("Look and decide"),
        "field.conflict.explained": _(
            "Both of you changed this. Nothing is lost; decide which one stays."
        ),
        "field.conflict.mine": _("What you wrote"),
        "field.conflict.theirs": _("What {name} wrote, {time}"),
        "field.conflict.keep_mine": _("Keep mine"),
        "field.conflict.keep_theirs": _("Keep the other"),
        "field.conflict.saved": _("Decided. It will be sent."),
        "field.conflict.empty": _("empty"),
        "field.conflict.decide": _("Look and decide: {field}"),
        "field.conflict.field_step": _("the step taken"),
        "field.conflict.gone": _("This is decided already"),
        "field.conflict.gone_hint": _("The office or you decided it; nothing is left to do."),
        "field.conflict.field_category": _("category"),
        "field.conflict.field_description": _("description"),
        "field.conflict.field_whereabouts": _("whereabouts"),
        "field.conflict.field_place": _("place on the map"),
        "field.conflict.field_lamp": _("lamp"),
    }
