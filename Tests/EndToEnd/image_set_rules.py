"""The rules of spec/30 as plainly as can be: what a store must hold after any order of imports and changes.

Nothing here is shared with the program under test. A change that the rules refuse raises `Refused` and changes nothing.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Callable

from pydicom.dataset import Dataset

#: The name of an image set that a change makes, until its id is known.
NEW = "new"


class Refused(Exception):
    """The rules refuse a change; the code that clients see."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Instance:
    """Which import it came from, and an attribute that updates change (None: removed)."""

    marker: int
    thickness: str | None


@dataclass(frozen=True)
class Content:
    """What one version holds."""

    patient_id: str
    patient_name: str | None
    study: str
    accession: str
    series: str
    series_number: str
    instances: dict[str, Instance] = field(default_factory=dict)

    @property
    def study_elements(self):
        """What the primary sets of a study have in common."""
        return self.patient_id, self.accession

    @property
    def patient_level(self):
        return self.patient_id, self.patient_name

    @property
    def study_level(self):
        return self.study, self.accession

    @property
    def series_level(self):
        return self.series, self.series_number

    def with_instance(self, sop: str, instance: Instance | None) -> Content:
        """The same with one instance put in, or taken out."""
        others = {name: one for name, one in self.instances.items() if name != sop}
        return replace(self, instances=others | ({sop: instance} if instance else {}))

    @staticmethod
    def imported(dataset: Dataset) -> Content:
        """What an import of one file brings."""
        instance = Instance(int(dataset.InstanceNumber), str(dataset.SliceThickness))
        return Content(
            dataset.PatientID, str(dataset.PatientName), dataset.StudyInstanceUID, dataset.AccessionNumber,
            dataset.SeriesInstanceUID, str(dataset.SeriesNumber), {dataset.SOPInstanceUID: instance})

    @staticmethod
    def shown(metadata: dict) -> Content:
        """What a metadata document shows."""
        patient, study = metadata["Patient"]["DICOM"], metadata["Study"]
        [(uid, series)] = study["Series"].items()

        def instance(elements: dict) -> Instance:
            thickness = elements.get("SliceThickness")
            return Instance(int(elements["InstanceNumber"]), thickness and thickness.strip())

        return Content(
            patient["PatientID"], patient.get("PatientName"), study["DICOM"]["StudyInstanceUID"],
            study["DICOM"]["AccessionNumber"], uid, series["DICOM"]["SeriesNumber"].strip(),
            {sop: instance(one["DICOM"]) for sop, one in series["Instances"].items()})


@dataclass
class Version:
    status: str
    content: Content


@dataclass
class ImageSet:
    is_primary: bool
    versions: list[Version]

    @property
    def latest(self) -> Content:
        return self.versions[-1].content


Edit = Callable[[Content], Content]


@dataclass
class Rules:
    """Image sets by name."""

    sets: dict[str, ImageSet] = field(default_factory=dict)

    def clone(self) -> Rules:
        return copy.deepcopy(self)

    def rename(self, old: str, new: str):
        self.sets[new] = self.sets.pop(old)

    def primaries(self, study: str) -> list[str]:
        return [name for name, one in self.sets.items() if one.is_primary and one.latest.study == study]

    def home_of_series(self, series: str) -> str | None:
        return next((name for name, one in self.sets.items() if one.is_primary and one.latest.series == series), None)

    def home_of_instance(self, sop: str) -> str | None:
        return next((name for name, one in self.sets.items() if one.is_primary and sop in one.latest.instances), None)

    def _add(self, status: str, name: str, edit: Edit = lambda content: content):
        versions = self.sets[name].versions
        versions.append(Version(status, edit(versions[-1].content)))

    def _make(self, status: str, content: Content, *, is_primary: bool, name: str):
        self.sets[name] = ImageSet(is_primary, [Version(status, content)])

    # MARK: imports

    def ingest(self, arrival: Content, name: str = NEW):
        """One instance; the image set that it may make gets the name."""
        [(sop, instance)] = arrival.instances.items()
        home = self.home_of_series(arrival.series)
        standing = self.sets[home].latest if home else arrival
        agrees = (
            all(self.sets[one].latest.study_elements == arrival.study_elements
                for one in self.primaries(arrival.study))
            and standing.series_level == arrival.series_level and standing.study == arrival.study
            and self.home_of_instance(sop) in (None, home))
        if agrees and home:
            self._add("IMPORTED", home, lambda content: content.with_instance(sop, instance))
        else:
            self._make("CREATED", arrival, is_primary=agrees, name=name)

    # MARK: updates

    def update_study(self, name: str, edit: Edit, *, includes_study: bool):
        """Of the Patient or the Study level."""
        one = self.sets[name]
        if not one.is_primary:
            if includes_study:
                raise Refused("ValidationException")
            return self._add("UPDATED", name, edit)
        sisters = self.primaries(one.latest.study)
        if len(sisters) > 1 and not includes_study:
            raise Refused("ValidationException")
        for sister in sisters:
            self._add("UPDATED", sister, edit)

    def update_series(self, name: str, edit: Edit):
        """Of the Series level, or of an instance's own attribute."""
        self._add("UPDATED", name, edit)

    def identify(self, name: str, edit: Edit):
        """Of an identifier, with force."""
        one = self.sets[name]
        if one.is_primary or len(edit(one.latest).instances) != len(one.latest.instances):
            raise Refused("ValidationException")
        self._add("UPDATED", name, edit)

    def remove(self, name: str, sop: str):
        if len(self.sets[name].latest.instances) == 1:
            raise Refused("ValidationException")
        self._add("UPDATED", name, lambda content: content.with_instance(sop, None))

    def revert(self, name: str, number: int):
        one = self.sets[name]
        target, latest = one.versions[number - 1].content, one.latest
        if number == len(one.versions):
            raise Refused("ValidationException")
        if one.is_primary:
            changes = (target.patient_level, target.study_level) != (latest.patient_level, latest.study_level)
            if changes and len(self.primaries(latest.study)) > 1:
                raise Refused("ValidationException")
            if any(self.home_of_instance(sop) not in (None, name) for sop in target.instances):
                raise Refused("ConflictException")
        self._add("UPDATED", name, lambda _: target)

    # MARK: copies

    def _selected(self, name: str, only: str | None) -> dict[str, Instance]:
        instances = self.sets[name].latest.instances
        return {only: instances[only]} if only else instances

    def copy(self, name: str, only: str | None, made: str = NEW):
        content = replace(self.sets[name].latest, instances=self._selected(name, only))
        self._make("COPIED", content, is_primary=False, name=made)

    def copy_into(self, name: str, only: str | None, destination: str, *, is_forced: bool):
        if name == destination:
            raise Refused("ValidationException")
        source, target = self.sets[name].latest, self.sets[destination].latest
        copied = self._selected(name, only)
        agree = (source.patient_level, source.study_level, source.series_level) == (
            target.patient_level, target.study_level, target.series_level)
        is_repeated = any(sop in target.instances for sop in copied)
        is_elsewhere = self.sets[destination].is_primary and any(map(self.home_of_instance, copied))
        if (agree or is_forced) and not is_repeated and not is_elsewhere:
            self._add(
                "COPIED", destination, lambda content: replace(content, instances=content.instances | copied))
        else:
            self._add("COPY_FAILED", destination)

    def promote(self, name: str, made: str = NEW):
        source = self.sets[name].latest
        home = self.home_of_series(source.series)
        standing = self.sets[home].latest if home else source
        if (self.sets[name].is_primary
                or any(self.sets[one].latest.study_elements != source.study_elements
                       for one in self.primaries(source.study))
                or standing.study != source.study or standing.series_number != source.series_number
                or any(map(self.home_of_instance, source.instances))):
            raise Refused("ConflictException")
        content = source
        if home:
            content = replace(standing, instances=standing.instances | source.instances)
            del self.sets[home]
        self._make("COPIED", content, is_primary=True, name=made)

    def delete(self, name: str):
        del self.sets[name]
