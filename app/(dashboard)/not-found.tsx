import { NoSuchPage } from "@/app/ui/no-such-page";

export default NoSuchPage;
