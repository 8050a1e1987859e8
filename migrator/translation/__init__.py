"""Translation: the rules in their order, the imports, the support file."""

from migrator.translation.file import TranslationResult, translate_source
from migrator.translation.project import ProjectTranslation, TranslatedFile, translate_project

__all__ = ["ProjectTranslation", "TranslatedFile", "TranslationResult", "translate_project", "translate_source"]
